package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.DatabaseProxyConfig.Server;

/** One server of a cluster, with a breaker of its own. Safe for use by several threads. */
public final class Member {
  private final Server server;
  private final Health health;
  private volatile Standing standing = Standing.UNKNOWN;
  private volatile long completeUntil;

  /**
   * What was seen of it last.
   *
   * @param role primary, replica, rival (takes writes and should not) or unknown
   * @param lagBytes how much of what the primary has written it has not replayed
   * @param lagNanos how long ago it had everything; includes the time between two questions
   * @param timeline of a server that takes writes
   * @param answers whether it could be asked
   */
  public record Standing(
      String role, long lagBytes, long lagNanos, long timeline, boolean answers) {
    /** Nobody asks. */
    public static final Standing UNKNOWN = new Standing("unknown", 0, 0, 0, true);

    /** It cannot be asked. */
    public static final Standing UNREACHABLE = new Standing("unknown", 0, 0, 0, false);
  }

  /** A server that is thought to be reachable. */
  public Member(Server server, Health health) {
    this.server = server;
    this.health = health;
  }

  /** Where it is. */
  public Server server() {
    return server;
  }

  /** Whether it can be reached. */
  public Health health() {
    return health;
  }

  /** What was seen of it last. */
  public Standing standing() {
    return standing;
  }

  /** It was seen. */
  public void standing(Standing seen) {
    standing = seen;
  }

  /** Until when it has everything, if it is a replica, by the proxy's clock. */
  public long completeUntil() {
    return completeUntil;
  }

  /** It has everything until then. */
  public void completeUntil(long nanos) {
    completeUntil = nanos;
  }

  @Override
  public String toString() {
    return server.toString();
  }
}
