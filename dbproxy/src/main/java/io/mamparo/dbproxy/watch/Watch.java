package io.mamparo.dbproxy.watch;

import io.mamparo.dbproxy.ProxyListener;
import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Member;
import io.mamparo.dbproxy.pool.PoolShard.Connector;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.kernel.Clock;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the servers of one database: finds the primary, follows it when another server is
 * promoted, and knows how far behind the replicas are. Owned by one event loop.
 *
 * <p>Servers are asked five times a second, and forty times while the primary does not answer, so
 * that a promotion is noticed within the blink of an eye.
 */
public final class Watch implements AutoCloseable {
  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long HURRY = TimeUnit.MILLISECONDS.toNanos(25);

  private final Cluster cluster;
  private final Upstream role;
  private final EventLoop loop;
  private final Clock clock;
  private final ProxyListener listener;
  private final List<Look> looks = new ArrayList<>();
  private final Progress progress = new Progress();
  private final Future<?> ticking;
  private long highest;
  private List<Member> rivals = List.of();

  /**
   * Begins to watch.
   *
   * @param role as whom servers are asked
   */
  public Watch(
      Cluster cluster,
      Upstream role,
      EventLoop loop,
      Clock clock,
      Connector connector,
      ProxyListener listener) {
    this.cluster = cluster;
    this.role = role;
    this.loop = loop;
    this.clock = clock;
    this.listener = listener;
    for (Member member : cluster.members()) {
      Upstream to = role.at(member.server().host(), member.server().port());
      looks.add(new Look(member, to, loop, clock, connector, this::decide));
    }
    ticking = loop.scheduleWithFixedDelay(this::tick, 0, HURRY, TimeUnit.NANOSECONDS);
  }

  /** Whether it asks these servers as this role. */
  public boolean watches(List<Member> members, Upstream as) {
    return role.same(as) && looks.stream().map(Look::member).toList().equals(members);
  }

  private void tick() {
    long now = clock.nanos();
    boolean hurry = true;
    for (Look look : looks) {
      if (look.member() == cluster.primary()) {
        hurry = look.troubled(now) || cluster.paused();
      }
    }
    long interval = hurry ? HURRY : EVERY;
    looks.forEach(look -> look.tick(interval));
  }

  private void decide() {
    Member before = cluster.primary();
    Roles.Decision<Member> decision =
        Roles.decide(
            before,
            highest,
            looks.stream().map(look -> new Roles.Seen<>(look.member(), look.sighting())).toList());
    highest = decision.timeline();
    Member primary = decision.primary();
    if (primary != before) {
      progress.clear();
    }
    note(primary);
    List<Member> readable = readable();
    cluster.roles(primary, readable);
    if (primary != null && primary != before) {
      listener.onPrimary(cluster.name(), primary.toString());
    }
    if (!decision.rivals().equals(rivals)) {
      rivals = decision.rivals();
      if (!rivals.isEmpty()) {
        listener.onSplitBrain(cluster.name(), String.valueOf(primary), rivals.toString());
      }
    }
  }

  private void note(@Nullable Member primary) {
    for (Look look : looks) {
      Sighting sighting = look.sighting();
      if (look.member() == primary && sighting != null) {
        if (!progress.known() || sighting.position() >= progress.last()) {
          progress.add(sighting.position(), sighting.askedAt());
        }
      }
    }
  }

  /** Replicas that answer and are not too far behind; notes how far each is. */
  private List<Member> readable() {
    long now = clock.nanos();
    long bound = cluster.replicas().lag().toNanos();
    List<Member> readable = new ArrayList<>();
    long complete = now;
    for (Look look : looks) {
      Sighting sighting = look.sighting();
      if (sighting == null) {
        look.member().standing(Member.Standing.UNREACHABLE);
        continue;
      }
      if (!sighting.replica()) {
        boolean primary = look.member() == cluster.primary();
        look.member()
            .standing(
                new Member.Standing(
                    primary ? "primary" : "rival", 0, 0, sighting.timeline(), true));
        continue;
      }
      long until = progress.known() ? progress.completeUntil(sighting.position()) : now - bound - 1;
      long bytes = progress.known() ? Math.max(0, progress.last() - sighting.position()) : 0;
      long lag = Math.max(0, now - until);
      look.member().standing(new Member.Standing("replica", bytes, lag, 0, true));
      look.member().completeUntil(until);
      if (progress.known() && lag <= bound) {
        readable.add(look.member());
        complete = until - complete < 0 ? until : complete;
      }
    }
    cluster.freshUntil(complete);
    return readable;
  }

  /**
   * Has one server carry out a statement of one value.
   *
   * @return what it answers; an {@link IllegalStateException} with its words when it fails
   */
  public CompletableFuture<String> order(Member member, String text) {
    for (Look look : looks) {
      if (look.member() == member) {
        return look.order(text);
      }
    }
    return CompletableFuture.failedFuture(new IllegalStateException("it is not watched"));
  }

  /** Stops to watch; on any thread. */
  @Override
  public void close() {
    ticking.cancel(false);
    if (!loop.isShuttingDown()) {
      loop.execute(() -> looks.forEach(Look::close));
    }
  }
}
