package io.mamparo.dbproxy.tell;

import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.dbproxy.ProxyTotals.Sums;
import java.util.concurrent.TimeUnit;

/** What has passed through one loop's part of a login. Owned by that loop. */
public final class Tally {
  private static final long PERIOD = TimeUnit.SECONDS.toNanos(ProxyTotals.PERIOD_SECONDS);

  private long transactions;
  private long statements;
  private long bytesIn;
  private long bytesOut;
  private long transactionNanos;
  private long statementNanos;
  private long waitNanos;
  private long clientParses;
  private long serverParses;
  private long binds;
  private long periodBegan;
  private Sums atBegin = Sums.ZERO;
  private Sums last = Sums.ZERO;

  /** A segment has ended. */
  public void statement(Segment ended) {
    statements++;
    bytesIn += ended.bytesIn();
    bytesOut += ended.bytesOut();
    statementNanos += ended.executionNanos();
    waitNanos += ended.queueNanos();
    serverParses += ended.serverParses();
  }

  /** A transaction has ended, {@code nanos} after it began. */
  public void transaction(long nanos) {
    transactions++;
    transactionNanos += nanos;
  }

  /** A client sent a Parse. */
  public void clientParse() {
    clientParses++;
  }

  /** A client sent a Bind. */
  public void bind() {
    binds++;
  }

  /**
   * Looks at the clock, once a second or so; ends a period that is over.
   *
   * @param assignments server connections lent since the start
   */
  public void tick(long now, long assignments) {
    if (periodBegan == 0) {
      periodBegan = now;
    }
    if (now - periodBegan >= PERIOD) {
      Sums all = total(assignments);
      last = all.minus(atBegin);
      atBegin = all;
      periodBegan = now;
    }
  }

  /**
   * Since the start.
   *
   * @param assignments server connections lent since then
   */
  public Sums total(long assignments) {
    return new Sums(
        assignments,
        transactions,
        statements,
        bytesIn,
        bytesOut,
        transactionNanos,
        statementNanos,
        waitNanos,
        clientParses,
        serverParses,
        binds);
  }

  /** During the last full period. */
  public Sums last() {
    return last;
  }
}
