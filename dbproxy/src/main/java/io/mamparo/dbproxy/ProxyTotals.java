package io.mamparo.dbproxy;

/**
 * What has passed through one login since the start, and during the last full {@value
 * #PERIOD_SECONDS} seconds. Immutable.
 *
 * @param database the database's name
 * @param login the login's user
 * @param total since the proxy started
 * @param last during the last full period; all zero before the first is over
 */
public record ProxyTotals(String database, String login, Sums total, Sums last) {
  /** How long a period is, as PgBouncer's {@code stats_period}. */
  public static final int PERIOD_SECONDS = 60;

  /**
   * Sums that only grow.
   *
   * @param assignments server connections lent to clients
   * @param transactions that ended
   * @param statements Query messages, and batches up to a Sync
   * @param bytesIn from clients
   * @param bytesOut to clients
   * @param transactionNanos in transactions, idle in them included
   * @param statementNanos executing
   * @param waitNanos waiting for a server connection
   * @param clientParses Parse messages of clients
   * @param serverParses Parse messages to servers
   * @param binds Bind messages of clients
   */
  public record Sums(
      long assignments,
      long transactions,
      long statements,
      long bytesIn,
      long bytesOut,
      long transactionNanos,
      long statementNanos,
      long waitNanos,
      long clientParses,
      long serverParses,
      long binds) {
    /** Nothing yet. */
    public static final Sums ZERO = new Sums(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** What this has more than {@code before}. */
    public Sums minus(Sums before) {
      return new Sums(
          assignments - before.assignments,
          transactions - before.transactions,
          statements - before.statements,
          bytesIn - before.bytesIn,
          bytesOut - before.bytesOut,
          transactionNanos - before.transactionNanos,
          statementNanos - before.statementNanos,
          waitNanos - before.waitNanos,
          clientParses - before.clientParses,
          serverParses - before.serverParses,
          binds - before.binds);
    }

    /** Both together. */
    public Sums plus(Sums more) {
      return new Sums(
          assignments + more.assignments,
          transactions + more.transactions,
          statements + more.statements,
          bytesIn + more.bytesIn,
          bytesOut + more.bytesOut,
          transactionNanos + more.transactionNanos,
          statementNanos + more.statementNanos,
          waitNanos + more.waitNanos,
          clientParses + more.clientParses,
          serverParses + more.serverParses,
          binds + more.binds);
    }
  }
}
