package io.mamparo.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which traces are kept, and for how long; and what is slow.
 *
 * @param slowLog what the log of slow statements and long transactions holds; absent when off
 */
public record TelemetrySpec(
    Sampling sampling, Retention traces, Retention metrics, @Nullable SlowLog slowLog) {
  /**
   * What stands in the log of slow statements.
   *
   * @param statements statements that took longer, waiting for a connection included
   * @param transactions transactions that were open for longer
   */
  public record SlowLog(Duration statements, Duration transactions) {
    public SlowLog {
      Require.positive(statements, "statements");
      Require.positive(transactions, "transactions");
    }
  }

  /**
   * Which finished traces are kept, beside those with an error and those whose caller asked for it.
   *
   * @param tracesPerSecond of each entry point, whatever they are
   * @param rest share of all others
   * @param slow traces that took longer are kept; absent means slower than 99 % of the last minutes
   */
  public record Sampling(Rate tracesPerSecond, Percentage rest, @Nullable Duration slow) {
    public Sampling {
      Require.that(tracesPerSecond.perSecond() <= 100_000, "at most 100000/s");
      if (slow != null) {
        Require.positive(slow, "slow");
      }
    }
  }

  /** What is older is deleted, and the oldest when there is more. */
  public record Retention(Duration age, ByteSize size) {
    public Retention {
      Require.positive(age, "age");
      Require.that(size.compareTo(ByteSize.mib(16)) >= 0, "size is at least 16MiB");
    }
  }
}
