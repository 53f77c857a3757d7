package rental.sql;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rental.web.Failure;
import rental.web.Response;

/**
 * A pool of connections to the database that {@code PGHOST}, {@code PGPORT}, {@code PGDATABASE},
 * {@code PGUSER} and {@code PGPASSWORD} name.
 *
 * <p>Invariants: at most {@code connections} are open; whoever cannot have one within two seconds
 * is told so; a connection whose statement failed in a way that may have broken it is closed, not
 * kept, and then, or after a minute, the idle ones are asked whether they live before they are
 * used.
 */
public final class Database {
  private static final long WAIT_MILLIS = 2_000;

  /** Asking needs a free server, too: under overload it would break what is as good as before. */
  private static final long TRUSTED_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final String url;
  private final Properties login = new Properties();
  private final int connections;
  private final Semaphore permits;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private volatile int generation;

  /** {@code generation} is the pool's when it was given back: an older one saw a failure since. */
  private record Idle(Connection connection, long since, int generation) {}

  /** What is done with a connection. */
  public interface Work<T> {
    /** Runs statements; failures that are the caller's to explain are {@link Failure}s. */
    T on(Connection connection) throws SQLException;
  }

  /** As the environment says; {@code DB_CONNECTIONS} is the pool's size, 8 otherwise. */
  public Database(Map<String, String> environment) {
    url =
        "jdbc:postgresql://%s:%s/%s"
            .formatted(
                environment.getOrDefault("PGHOST", "127.0.0.1"),
                environment.getOrDefault("PGPORT", "5432"),
                environment.getOrDefault("PGDATABASE", "cars"));
    login.setProperty("user", environment.getOrDefault("PGUSER", "postgres"));
    login.setProperty("password", environment.getOrDefault("PGPASSWORD", ""));
    login.setProperty("sslmode", environment.getOrDefault("PGSSLMODE", "prefer"));
    login.setProperty("connectTimeout", "2");
    login.setProperty("socketTimeout", "10");
    connections = Integer.parseInt(environment.getOrDefault("DB_CONNECTIONS", "8"));
    permits = new Semaphore(connections, true);
  }

  /**
   * Connects and asks something once, so that the first request does not wait for the driver's
   * classes and the log-in. A database that is not there yet is the first request's matter.
   */
  public void warmUp() {
    try {
      with(
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
              return statement.execute();
            }
          });
    } catch (SQLException | Failure e) {
      // Nothing is lost.
    }
  }

  /**
   * Lends a connection to {@code work} in auto-commit mode.
   *
   * @throws Failure 503 when there is none, the database is not there, or it is overloaded
   */
  public <T> T with(Work<T> work) throws SQLException {
    acquire();
    Connection connection = null;
    boolean good = false;
    try {
      connection = open();
      T result = work.on(connection);
      good = true;
      return result;
    } catch (SQLException e) {
      good = leavesItGood(e);
      if (isForNow(e)) {
        throw Failure.unavailable("the database cannot answer at the moment");
      }
      throw e;
    } catch (Failure e) {
      good = true;
      throw e;
    } finally {
      giveBack(connection, good);
      permits.release();
    }
  }

  /** As {@link #with}, in one transaction. */
  public <T> T inTransaction(Work<T> work) throws SQLException {
    return with(
        connection -> {
          connection.setAutoCommit(false);
          try {
            T result = work.on(connection);
            connection.commit();
            return result;
          } catch (SQLException | Failure e) {
            rollBack(connection);
            throw e;
          } finally {
            connection.setAutoCommit(true);
          }
        });
  }

  /** For the health page; touches no connection, so that it answers whatever the pool does. */
  public Map<String, Object> state() {
    return Response.object(
        "connections",
        connections,
        "busy",
        connections - permits.availablePermits(),
        "waiting",
        permits.getQueueLength());
  }

  private void acquire() {
    try {
      if (!permits.tryAcquire(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        throw Failure.unavailable("all " + connections + " database connections are in use");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.unavailable("the service is stopping");
    }
  }

  private Connection open() throws SQLException {
    for (Idle next = poll(); next != null; next = poll()) {
      boolean fresh =
          next.generation() == generation && System.nanoTime() - next.since() < TRUSTED_NANOS;
      if (fresh || next.connection().isValid(1)) {
        return next.connection();
      }
      close(next.connection());
    }
    return DriverManager.getConnection(url, login);
  }

  private @Nullable Idle poll() {
    synchronized (idle) {
      return idle.pollFirst();
    }
  }

  private void giveBack(@Nullable Connection connection, boolean good) {
    if (connection == null) {
      return;
    }
    synchronized (idle) {
      if (good) {
        idle.addFirst(new Idle(connection, System.nanoTime(), generation));
      } else {
        generation++;
      }
    }
    if (!good) {
      close(connection);
    }
  }

  /**
   * Bad values, constraint violations and a refusal for want of resources (which a pool in between
   * says when no server was free in time) leave the connection as good as before.
   */
  private static boolean leavesItGood(SQLException e) {
    String state = state(e);
    return state.startsWith("22") || state.startsWith("23") || state.startsWith("53");
  }

  /** No connection, too many, shutting down, taking too long: it may work in a moment. */
  private static boolean isForNow(SQLException e) {
    String state = state(e);
    return state.startsWith("08") || state.startsWith("53") || state.startsWith("57");
  }

  private static String state(SQLException e) {
    return String.valueOf(e.getSQLState());
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // The failure that led here says more.
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is being thrown away.
    }
  }
}
