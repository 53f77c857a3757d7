package io.mamparo.dbproxy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the proxy looked like a moment ago. Immutable; counters only ever grow.
 *
 * @param pools one for each login
 * @param clients the client connections
 * @param databases one for each database
 */
public record ProxySnapshot(List<Pool> pools, Clients clients, List<Database> databases) {
  public ProxySnapshot {
    pools = List.copyOf(pools);
    databases = List.copyOf(databases);
  }

  /**
   * One database.
   *
   * @param name as clients ask for it
   * @param paused whether it lends nothing at the moment
   * @param disabled whether it lets no new clients in
   * @param limit of the connections of all its pools; 0 when there is none
   * @param open connections of all its pools
   * @param servers where it is
   */
  public record Database(
      String name, boolean paused, boolean disabled, int limit, int open, List<Server> servers) {
    public Database {
      servers = List.copyOf(servers);
    }
  }

  /**
   * One server.
   *
   * @param address host and port
   * @param role primary, replica, rival (takes writes and should not), or unknown
   * @param breaker closed, open or half-open
   * @param answers whether it answered when it was asked last; true when nobody asks
   * @param lagBytes of a replica: what it has not replayed
   * @param lagNanos of a replica: how long ago it had everything, at the last two looks
   */
  public record Server(
      String address, String role, String breaker, boolean answers, long lagBytes, long lagNanos) {}

  /**
   * One login's pool.
   *
   * @param database what clients ask for: a database's name, with -ro for its replicas
   * @param login the login's user
   * @param service its service, null for people
   * @param max server connections that it may have now
   * @param active lent to a client now
   * @param idle open and free
   * @param connecting being opened
   * @param waiting clients waiting for one
   * @param pinned sessions keeping one, by reason
   * @param clients connected with this login
   * @param borrows transactions that got one
   * @param timeouts transactions that waited in vain
   * @param refused transactions refused at once
   * @param waits how long borrowers waited
   * @param breaker closed, open or half-open
   * @param mode for how long a client keeps a server connection
   */
  public record Pool(
      String database,
      String login,
      @Nullable String service,
      int max,
      int active,
      int idle,
      int connecting,
      int waiting,
      Map<PinReason, Integer> pinned,
      int clients,
      long borrows,
      long timeouts,
      long refused,
      Waits waits,
      String breaker,
      PoolMode mode) {
    public Pool {
      pinned = Map.copyOf(pinned);
    }
  }

  /**
   * A histogram of waiting times since the start: bucket 0 counts those below 1 µs, bucket i those
   * below 2^i µs, the last everything longer.
   *
   * @param counts {@value #BUCKETS} buckets
   */
  public record Waits(List<Long> counts) {
    /** How many buckets there are; the last but one ends at 2^30 µs, 18 minutes. */
    public static final int BUCKETS = 32;

    public Waits {
      counts = List.copyOf(counts);
    }

    /**
     * The upper edge of the bucket that holds the quantile, in milliseconds; 0 without samples.
     *
     * @param quantile 0 to 1
     */
    public double quantileMs(double quantile) {
      long total = counts.stream().mapToLong(Long::longValue).sum();
      long rank = (long) Math.ceil(quantile * total);
      long seen = 0;
      for (int i = 0; i < counts.size() && total > 0; i++) {
        seen += counts.get(i);
        if (seen >= rank) {
          return Math.scalb(1.0, i) / 1000;
        }
      }
      return 0;
    }
  }

  /**
   * The client connections.
   *
   * @param connected logged in
   * @param active holding a server connection
   * @param waiting for a server connection
   * @param max the limit
   * @param accepted since the start
   * @param refused since the start, because of the limit
   */
  public record Clients(
      int connected, int active, int waiting, int max, long accepted, long refused) {}
}
