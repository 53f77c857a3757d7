package io.mamparo.dbproxy.watch;

import io.mamparo.dbproxy.pool.Member;
import io.mamparo.dbproxy.pool.PoolShard.Connector;
import io.mamparo.dbproxy.server.Inquirer;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.kernel.Clock;
import io.mamparo.wire.pg.ErrorFields;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks one server over and over what it is, over a connection of its own. Owned by one event loop.
 *
 * <pre>
 *   AWAY ─connect─→ CONNECTING ─opened─→ THERE ⇄ ASKING
 *     ↑                  │                 │        │
 *     └────── failed ────┴────── lost ─────┴─ silent for too long
 * </pre>
 */
final class Look extends Inquirer {
  private enum State {
    AWAY,
    CONNECTING,
    THERE,
    ASKING
  }

  private static final long SILENT = TimeUnit.SECONDS.toNanos(2);
  private static final long TRY_AGAIN = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String QUESTION =
      "select pg_is_in_recovery(),"
          + " (coalesce(case when pg_is_in_recovery() then pg_last_wal_replay_lsn()"
          + " else pg_current_wal_insert_lsn() end, '0/0'::pg_lsn) - '0/0'::pg_lsn)::bigint,"
          + " case when pg_is_in_recovery() then 0 else ('x' ||"
          + " substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint end";

  private static final @Nullable String[] NOTHING = {};

  private final Member member;
  private final EventLoop loop;
  private final Clock clock;
  private final Connector connector;
  private final Runnable changed;
  private final Upstream upstream;
  private State state = State.AWAY;
  private @Nullable ServerConnection server;
  private @Nullable Sighting sighting;
  private @Nullable CompletableFuture<String> order;
  private @Nullable String orderText;
  private boolean ordered;
  private long askedAt;
  private boolean closed;

  Look(
      Member member,
      Upstream upstream,
      EventLoop loop,
      Clock clock,
      Connector connector,
      Runnable changed) {
    this.member = member;
    this.upstream = upstream;
    this.loop = loop;
    this.clock = clock;
    this.connector = connector;
    this.changed = changed;
    askedAt = clock.nanos() - TRY_AGAIN;
  }

  Member member() {
    return member;
  }

  /** What it said last; null when it cannot be asked. */
  @Nullable Sighting sighting() {
    return sighting;
  }

  /** Whether it does not answer as it should. */
  boolean troubled(long now) {
    return sighting == null || (state == State.ASKING && now - askedAt > SILENT / 8);
  }

  /** Asks again when {@code interval} has passed; to be called often. */
  void tick(long interval) {
    long now = clock.nanos();
    switch (state) {
      case AWAY -> {
        if (now - askedAt >= TRY_AGAIN && !closed) {
          askedAt = now;
          state = State.CONNECTING;
          connector.connect(this, upstream, loop);
        }
      }
      case THERE -> {
        if (now - askedAt >= interval || orderText != null) {
          ask(now);
        }
      }
      case ASKING -> {
        if (now - askedAt > SILENT && server != null) {
          server.cut("it does not answer");
        }
      }
      case CONNECTING -> {
        // That has a time-out of its own.
      }
    }
  }

  private void ask(long now) {
    ServerConnection there = server;
    if (there == null || there.channel() == null) {
      return;
    }
    ordered = orderText != null;
    String text = orderText == null ? QUESTION : orderText;
    orderText = null;
    state = State.ASKING;
    askedAt = now;
    there.ask(text);
  }

  /** Has the server carry out a statement of one value; that, or an error, is what it ends with. */
  CompletableFuture<String> order(String text) {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (server == null || order != null) {
            outcome.completeExceptionally(new IllegalStateException("it cannot be asked now"));
          } else {
            order = outcome;
            orderText = text;
            tick(0);
          }
        });
    return outcome;
  }

  void close() {
    closed = true;
    if (server != null) {
      server.close(true);
    }
  }

  // ---- the connection

  @Override
  public void opened(ServerConnection opened) {
    server = opened;
    opened.lend(this);
    state = State.THERE;
    if (closed) {
      opened.close(true);
      return;
    }
    ask(clock.nanos());
  }

  @Override
  public void failed(ServerConnection failed, String sqlState, String reason) {
    gone();
  }

  @Override
  public void lost(ServerConnection lost, String reason, boolean expected) {
    gone();
  }

  private void gone() {
    server = null;
    state = State.AWAY;
    askedAt = clock.nanos();
    if (order != null) {
      order.completeExceptionally(new IllegalStateException("the connection was lost"));
      order = null;
      orderText = null;
    }
    if (sighting != null) {
      sighting = null;
      changed.run();
    }
  }

  // ---- answers

  @Override
  public void drained() {
    ServerConnection there = server;
    state = State.THERE;
    if (there == null) {
      return;
    }
    @Nullable String[] row = there.ownRows().isEmpty() ? NOTHING : there.ownRows().getFirst();
    if (ordered) {
      ordered = false;
      CompletableFuture<String> outcome = order;
      order = null;
      ErrorFields error = there.ownError();
      if (outcome != null && error != null) {
        outcome.completeExceptionally(new IllegalStateException(error.message()));
      } else if (outcome != null) {
        outcome.complete(row.length == 0 || row[0] == null ? "" : row[0]);
      }
      return;
    }
    if (row.length == 3) {
      boolean replica = "t".equals(row[0]);
      sighting = new Sighting(replica, Long.parseLong(row[2]), Long.parseLong(row[1]), askedAt);
      changed.run();
    }
    // Else it was promoted between two questions: the next time it has made up its mind.
  }
}
