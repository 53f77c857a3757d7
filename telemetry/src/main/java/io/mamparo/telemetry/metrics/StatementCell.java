package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Histogram;
import io.mamparo.telemetry.histogram.Scale;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's counters of one kind of statement, written by that loop only; any thread may
 * read. About 1 KB when its durations lie within a factor of a hundred.
 */
public final class StatementCell {
  static final int CALLS = 0;
  static final int ROWS = 1;
  static final int BYTES_IN = 2;
  static final int BYTES_OUT = 3;
  static final int WAIT_NANOS = 4;
  static final int EXECUTION_NANOS = 5;
  static final int ERRORS = 6;
  static final int OTHER_STATES = 7;
  static final int STATES = 8; // the first of MAX_STATES counters
  static final int MAX_STATES = 4;
  static final int LENGTH = STATES + MAX_STATES;

  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(String[].class);

  private final StatementText text;
  private final long[] counters = new long[LENGTH];
  private final @Nullable String[] states = new String[MAX_STATES];
  private final Histogram durations = new Histogram(Scale.COARSE);
  private final Histogram waits = new Histogram(Scale.COARSE);

  StatementCell(StatementText text) {
    this.text = text;
  }

  StatementText text() {
    return text;
  }

  /** Counts a statement that ended. */
  public void record(
      long rows,
      long bytesIn,
      long bytesOut,
      long waitNanos,
      long executionNanos,
      @Nullable String sqlState) {
    add(CALLS, 1);
    add(ROWS, rows);
    add(BYTES_IN, bytesIn);
    add(BYTES_OUT, bytesOut);
    add(WAIT_NANOS, waitNanos);
    add(EXECUTION_NANOS, executionNanos);
    durations.record(waitNanos + executionNanos);
    waits.record(waitNanos);
    if (sqlState != null) {
      add(ERRORS, 1);
      add(counterOf(sqlState), 1);
    }
  }

  private int counterOf(String sqlState) {
    for (int i = 0; i < MAX_STATES; i++) {
      String known = states[i];
      if (known == null) {
        STATE.setRelease(states, i, sqlState);
        return STATES + i;
      }
      if (known.equals(sqlState)) {
        return STATES + i;
      }
    }
    return OTHER_STATES;
  }

  private void add(int counter, long more) {
    COUNT.setOpaque(counters, counter, counters[counter] + more);
  }

  /** Adds what was counted so far, but for the durations; any thread. */
  void addTo(StatementSum sum) {
    for (int i = 0; i < STATES; i++) {
      sum.counters[i] += (long) COUNT.getOpaque(counters, i);
    }
    for (int i = 0; i < MAX_STATES; i++) {
      String state = (String) STATE.getAcquire(states, i);
      if (state != null) {
        sum.addState(state, (long) COUNT.getOpaque(counters, STATES + i));
      }
    }
  }

  /** Adds all durations; any thread. */
  void addTo(Distribution sum) {
    durations.addTo(sum);
  }

  /** Adds all waits; any thread. */
  void addWaitsTo(Distribution sum) {
    waits.addTo(sum);
  }
}
