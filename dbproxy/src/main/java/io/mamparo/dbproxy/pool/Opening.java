package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.server.Keeper;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.tell.Recorder;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens the connections of one shard. Once an attempt has failed there is one at a time, with
 * growing pauses. Owned by the shard's loop.
 */
final class Opening {
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

  /** Until a breaker or a missing primary is asked again. */
  static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(50);

  /** What trying again does not mend. */
  private static final Set<String> HOPELESS =
      Set.of("08001", "28P01", "28000", "3D000", "42501", "42704");

  private static final String SERVER_IS_FULL = "53300";

  private final PoolShard shard;
  private final Pool pool;
  private final EventLoop loop;
  private final Recorder recorder;
  private final PoolShard.Connector connector;
  private final List<Attempt> underWay = new ArrayList<>();
  private int failures;
  private long notBefore;
  private boolean full;
  private String lastReason = "";

  Opening(PoolShard shard, Recorder recorder, EventLoop loop, PoolShard.Connector connector) {
    this.shard = shard;
    this.pool = shard.pool();
    this.loop = loop;
    this.recorder = recorder;
    this.connector = connector;
  }

  /** Attempts under way. */
  int connecting() {
    return underWay.size();
  }

  /** What to say of the attempt that failed last; null when none did of late. */
  @Nullable Denial failing() {
    if (failures == 0) {
      return null;
    }
    return full ? Denials.full(pool, lastReason) : Denials.down(pool);
  }

  /** In how many nanoseconds the next attempt may begin; not positive when at once. */
  long pause(long now) {
    if (failures == 0) {
      return 0;
    }
    return underWay.isEmpty() ? notBefore - now : LOOK_AGAIN;
  }

  /**
   * It leads elsewhere now: what failed says nothing of that, and what is under way to a former
   * place, which may never answer, is given up.
   */
  void reset() {
    failures = 0;
    for (Attempt attempt : List.copyOf(underWay)) {
      if (!pool.fits(attempt.upstream)) {
        underWay.remove(attempt);
        attempt.givenUp = true;
        pool.release();
      }
    }
  }

  /** Begins an attempt, for which the pool has given a place; false when there is nowhere to go. */
  boolean begin(long now) {
    for (int i = pool.choices(); i > 0; i--) {
      Pool.Destination to = pool.next();
      if (to == null) {
        return false;
      }
      Health health = to.member().health();
      long permit = health.acquire(recorder.loop(), now);
      if (permit >= 0) {
        Attempt attempt = new Attempt(health, to.upstream(), permit, now);
        underWay.add(attempt);
        connector.connect(attempt, to.upstream(), loop);
        return true;
      }
    }
    return false;
  }

  /** One attempt: keeps the connection until it is open. */
  private final class Attempt implements Keeper {
    private final Health health;
    private final Upstream upstream;
    private final long permit;
    private final long start;
    private boolean givenUp;

    Attempt(Health health, Upstream upstream, long permit, long start) {
      this.health = health;
      this.upstream = upstream;
      this.permit = permit;
      this.start = start;
    }

    @Override
    public void opened(ServerConnection server) {
      long now = recorder.now();
      health.connected(recorder.loop(), permit, now - start, now);
      if (givenUp) {
        server.close(true);
        return;
      }
      underWay.remove(this);
      failures = 0;
      server.keeper(shard);
      shard.opened(server);
    }

    @Override
    public void failed(ServerConnection server, String sqlState, String reason) {
      long now = recorder.now();
      if (givenUp) {
        health.answered(recorder.loop(), permit, now);
        return;
      }
      underWay.remove(this);
      lastReason = reason;
      boolean hopeless = HOPELESS.contains(sqlState);
      full = sqlState.equals(SERVER_IS_FULL);
      if (hopeless || full) {
        health.answered(recorder.loop(), permit, now);
      } else {
        health.notConnected(recorder.loop(), permit, now - start, now);
      }
      recorder.listener().onConnectFailed(pool.endpoint(), pool.login().user(), reason);
      long pause = Math.min(FIRST_PAUSE << Math.min(failures++, 10), LONGEST_PAUSE);
      notBefore = now + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
      shard.notOpened(hopeless ? Denials.rejected(pool, sqlState, reason) : null);
    }

    @Override
    public void free(ServerConnection server) {
      throw new IllegalStateException("an attempt lends nothing");
    }

    @Override
    public void lost(ServerConnection server, String reason, boolean expected) {
      // It was given up.
    }
  }
}
