package io.mamparo.mesh.exchange;

import io.mamparo.mesh.accept.Timer;
import io.mamparo.mesh.defend.EndpointState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop to one endpoint. Owned by that loop. The one used last is used next,
 * so that the others can grow old and go.
 */
final class Pool {
  /** A request that cannot be tried again takes no connection that was unused for longer. */
  private static final long SURE_NANOS = 1_000_000_000L;

  final EndpointState endpoint;
  private final MeshLoop loop;
  private final Timer sweep;
  private @Nullable UpstreamConnection[] idle = new UpstreamConnection[8];
  private final java.util.List<UpstreamStreams> streams = new java.util.ArrayList<>();
  private int count;
  private int open;

  Pool(MeshLoop loop, EndpointState endpoint) {
    this.loop = loop;
    this.endpoint = endpoint;
    sweep = new Timer(this::sweep);
  }

  /**
   * An unused connection, or null.
   *
   * @param sure whether the request cannot be tried again, so that the server must not be about to
   *     close the connection
   */
  @Nullable UpstreamConnection borrow(boolean sure, long now) {
    while (count > 0) {
      UpstreamConnection last = idle[count - 1];
      if (last == null || (sure && now - last.idleSince > SURE_NANOS)) {
        return null;
      }
      idle[--count] = null;
      if (last.usable()) {
        return last;
      }
    }
    return null;
  }

  /** A connection of HTTP/2 that takes another stream, or null. */
  @Nullable UpstreamStreams shared() {
    for (int i = 0; i < streams.size(); i++) {
      if (streams.get(i).room() > 0) {
        return streams.get(i);
      }
    }
    return null;
  }

  /** A connection of HTTP/2 that is being made and can be waited for, or null. */
  @Nullable UpstreamStreams awaited() {
    for (int i = 0; i < streams.size(); i++) {
      if (streams.get(i).takesWaiting()) {
        return streams.get(i);
      }
    }
    return null;
  }

  void opened(UpstreamStreams connection) {
    streams.add(connection);
    opened();
  }

  void closed(UpstreamStreams connection) {
    if (streams.remove(connection)) {
      open--;
      endpoint.connections().add(loop.index, -1);
    }
  }

  /** Takes a connection back. */
  void giveBack(UpstreamConnection connection, long now) {
    if (endpoint.removed() || loop.closing) {
      connection.close();
      return;
    }
    connection.idleSince = now;
    if (count == idle.length) {
      idle = Arrays.copyOf(idle, count * 2);
    }
    idle[count++] = connection;
    if (count == 1) {
      loop.timers.set(sweep, now + loop.plan.upstreamIdleNanos);
    }
  }

  /** Whether another connection may be opened. */
  boolean room() {
    return open < loop.plan.config.limits().upstreamConnections();
  }

  void opened() {
    open++;
    endpoint.connections().add(loop.index, 1);
  }

  void closed(UpstreamConnection connection) {
    open--;
    endpoint.connections().add(loop.index, -1);
    for (int i = 0; i < count; i++) {
      if (idle[i] == connection) {
        System.arraycopy(idle, i + 1, idle, i, --count - i);
        idle[count] = null;
        return;
      }
    }
  }

  /** Closes what is unused. */
  void drain() {
    java.util.List.copyOf(streams).forEach(UpstreamStreams::retire);
    while (count > 0) {
      UpstreamConnection last = idle[--count];
      idle[count] = null;
      if (last != null) {
        last.close();
      }
    }
  }

  /** Closes what was unused for too long: the oldest are first. */
  private void sweep(long now) {
    long longest = loop.plan.upstreamIdleNanos;
    int old = 0;
    while (old < count && stale(idle[old], now - longest)) {
      old++;
    }
    for (int i = 0; i < old; i++) {
      UpstreamConnection first = idle[0];
      System.arraycopy(idle, 1, idle, 0, --count);
      idle[count] = null;
      if (first != null) {
        first.close();
      }
    }
    UpstreamConnection oldest = count == 0 ? null : idle[0];
    if (oldest != null) {
      loop.timers.set(sweep, oldest.idleSince + longest);
    }
  }

  private static boolean stale(@Nullable UpstreamConnection connection, long before) {
    return connection == null || connection.idleSince - before <= 0;
  }
}
