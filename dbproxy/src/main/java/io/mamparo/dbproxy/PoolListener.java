package io.mamparo.dbproxy;

import org.jspecify.annotations.Nullable;

/**
 * Hears of what happens to pools and servers, on the loop where it happens. Must neither block nor
 * throw.
 */
public interface PoolListener {
  /** A transaction waited {@code waitedNanos} for a server connection in vain. */
  default void onBorrowTimeout(String database, String login, long waitedNanos) {}

  /** A transaction or log-in was refused at once; {@code reason} is a few words. */
  default void onRefused(String database, String login, String reason) {}

  /** A server connection was lost while it was open. */
  default void onServerLost(String database, String login, String reason) {}

  /** A new server connection could not be made. */
  default void onConnectFailed(String database, String login, String reason) {}

  /** The breaker of a database changed: closed, open or half-open. */
  default void onBreaker(String database, String from, String to) {}

  /**
   * A transaction has ended.
   *
   * @param service the service of its login; null for people
   * @param nanos from its first statement to its end
   * @param last its last statement
   */
  default void onTransaction(
      String database, String login, @Nullable String service, long nanos, Fingerprint last) {}

  /** A session was pinned to its server connection. */
  default void onPinned(String database, String login, PinReason reason) {}

  /** As {@link #onPinned(String, String, PinReason)}, with the statement that was the cause. */
  default void onPinned(String database, String login, PinReason reason, Fingerprint by) {
    onPinned(database, login, reason);
  }

  /** A statement was prepared anew because its tables have changed. */
  default void onPlanRenewed(String database, String login) {}

  /** A client took longer than it may; its transaction was rolled back, or it was told to go. */
  default void onOverdue(String database, String login, Overdue how) {}

  /** Another server is the primary of a database now. */
  default void onPrimary(String database, String server) {}

  /** Servers other than the primary take writes: they were not stopped when it was promoted. */
  default void onSplitBrain(String database, String primary, String rivals) {}
}
