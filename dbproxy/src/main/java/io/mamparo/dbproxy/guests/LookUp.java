package io.mamparo.dbproxy.guests;

import io.mamparo.dbproxy.pool.PoolShard.Connector;
import io.mamparo.dbproxy.server.Inquirer;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.ScramKeys;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a database's server for what it keeps of users' passwords, one user after another, over a
 * connection of its own that is opened when it is needed. Owned by one event loop.
 *
 * <pre>
 *   AWAY ─somebody is asked for─→ CONNECTING ─opened─→ THERE ⇄ ASKING
 *     ↑                               │                 │        │
 *     └──────────── failed ───────────┴────── lost ─────┴─ silent for too long
 * </pre>
 *
 * What was found holds for a few seconds, so that an application that opens its connections at once
 * costs one question.
 */
public final class LookUp extends Inquirer {
  private enum State {
    AWAY,
    CONNECTING,
    THERE,
    ASKING
  }

  /** A name that is longer belongs to nobody. */
  private static final int LONGEST_NAME = 63;

  private static final int MOST_WAITING = 1_000;
  private static final int MOST_KNOWN = 1_000;
  private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SILENT_MS = 5_000;

  /**
   * What is known of a user.
   *
   * @param keys to check it with; null when it may not log in by password
   * @param problem why it cannot be said; empty when it can
   */
  public record Answer(@Nullable ScramKeys keys, String problem) {}

  private record Question(String user, Consumer<Answer> then) {}

  private record Known(ScramKeys keys, long since) {}

  private final String query;
  private final Supplier<Upstream> server;
  private final EventLoop loop;
  private final Connector connector;
  private final ArrayDeque<Question> waiting = new ArrayDeque<>();
  private final Map<String, Known> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST_KNOWN;
        }
      };
  private State state = State.AWAY;
  private @Nullable ServerConnection connection;
  private @Nullable Future<?> silence;
  private boolean closed;

  /**
   * Nothing is opened yet.
   *
   * @param query whose {@code $1} is the user; the second column of its first row is what counts
   * @param server where to ask, and as whom
   */
  public LookUp(String query, Supplier<Upstream> server, EventLoop loop, Connector connector) {
    this.query = query;
    this.server = server;
    this.loop = loop;
    this.connector = connector;
  }

  /** Asks, on any thread; the answer comes on this look-up's loop. */
  public void find(String user, Consumer<Answer> then) {
    loop.execute(() -> ask(new Question(user, then)));
  }

  /** The user has not shown to have what was found, which may be out of date; on any thread. */
  public void forget(String user) {
    loop.execute(() -> known.remove(user));
  }

  private void ask(Question question) {
    if (question.user().length() > LONGEST_NAME) {
      question.then().accept(new Answer(null, ""));
      return;
    }
    Known found = known.get(question.user());
    if (found != null && System.nanoTime() - found.since() < KNOWN_NANOS) {
      question.then().accept(new Answer(found.keys(), ""));
    } else if (closed) {
      question.then().accept(new Answer(null, "the configuration has changed"));
    } else if (waiting.size() >= MOST_WAITING) {
      question.then().accept(new Answer(null, "too many ask at once"));
    } else {
      waiting.add(question);
      next();
    }
  }

  private void next() {
    Question question = waiting.peek();
    if (question == null) {
      return;
    }
    ServerConnection there = connection;
    if (state == State.AWAY) {
      state = State.CONNECTING;
      connector.connect(this, server.get(), loop);
    } else if (state == State.THERE && there != null) {
      state = State.ASKING;
      silence =
          loop.schedule(() -> there.cut("it does not answer"), SILENT_MS, TimeUnit.MILLISECONDS);
      there.ask(query.replace("$1", literal(question.user())));
    }
  }

  /** A string constant that means the same whatever the server's settings are. */
  static String literal(String text) {
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  @Override
  public void drained() {
    ServerConnection there = connection;
    Question question = waiting.poll();
    if (silence != null) {
      silence.cancel(false);
    }
    state = State.THERE;
    if (question != null && there != null) {
      ErrorFields error = there.ownError();
      Answer answer =
          error == null
              ? new Answer(keys(there.ownRows()), "")
              : new Answer(null, "its auth-query failed: " + error.message());
      if (answer.keys() != null) {
        known.remove(question.user());
        known.put(question.user(), new Known(answer.keys(), System.nanoTime()));
      }
      question.then().accept(answer);
    }
    next();
  }

  /** No row, no password, or one that is not kept as SCRAM-SHA-256: it cannot log in. */
  private static @Nullable ScramKeys keys(List<@Nullable String[]> rows) {
    @Nullable String[] row = rows.isEmpty() ? null : rows.getFirst();
    String verifier = row == null || row.length < 2 ? null : row[1];
    if (verifier == null) {
      return null;
    }
    try {
      return ScramKeys.ofVerifier(verifier);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public void opened(ServerConnection opened) {
    connection = opened;
    opened.lend(this);
    state = State.THERE;
    if (closed) {
      opened.close(true);
    } else {
      next();
    }
  }

  @Override
  public void failed(ServerConnection server, String sqlState, String reason) {
    gone(reason);
  }

  @Override
  public void lost(ServerConnection server, String reason, boolean expected) {
    gone(reason);
  }

  private void gone(String reason) {
    connection = null;
    state = State.AWAY;
    if (silence != null) {
      silence.cancel(false);
    }
    for (Question question = waiting.poll(); question != null; question = waiting.poll()) {
      question.then().accept(new Answer(null, reason));
    }
  }

  /** Asks nothing any more; on any thread. */
  public void close() {
    if (loop.isShuttingDown()) {
      return;
    }
    loop.execute(
        () -> {
          closed = true;
          if (connection != null) {
            connection.close(true);
          }
        });
  }
}
