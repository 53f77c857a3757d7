package io.mamparo.mesh.exchange;

import io.mamparo.mesh.ListenerLimit;
import io.mamparo.mesh.accept.Door;
import io.mamparo.mesh.accept.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Ends what stands still for too long on a client's connection of HTTP/1.1: a body, an answer that
 * is not read, a tunnel. Owned by the connection's loop.
 */
final class Stillness {
  private final MeshLoop loop;
  private final Door door;
  private final Timer timer;
  private long lastMoved;

  /**
   * Of one connection.
   *
   * @param timer rings when it is time to look
   */
  Stillness(MeshLoop loop, Door door, Timer timer) {
    this.loop = loop;
    this.door = door;
    this.timer = timer;
  }

  /** Something has moved. */
  void moved() {
    lastMoved = loop.now();
  }

  /** When something last moved. */
  long lastMoved() {
    return lastMoved;
  }

  /** A tunnel is open from now on. */
  void tunnelOpens() {
    lastMoved = loop.now();
    loop.timers.set(timer, lastMoved + loop.plan.tunnelIdleNanos);
  }

  /** Looks at a body or an answer; {@code waits} says whether that waits for the client. */
  void look(@Nullable Exchange x, boolean waits, long now) {
    if (!waits) {
      lastMoved = now;
    }
    endOrLookAgain(x, loop.plan.bodyIdleNanos, now);
  }

  /** Looks at a tunnel, in which either side may begin. */
  void lookAtTunnel(@Nullable Exchange x, long now) {
    if (endOrLookAgain(x, loop.plan.tunnelIdleNanos, now)) {
      door.limited(ListenerLimit.TUNNEL);
    }
  }

  private boolean endOrLookAgain(@Nullable Exchange x, long longest, long now) {
    if (x != null && now - lastMoved >= longest) {
      loop.path.bodyTimeout(x);
      return true;
    }
    loop.timers.set(timer, lastMoved + longest);
    return false;
  }
}
