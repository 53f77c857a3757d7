package io.mamparo.compute;

import io.mamparo.compute.postgres.Session;
import io.mamparo.kernel.Clock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that exists; it is watched on a virtual thread, never changed. Safe for use by
 * several threads.
 */
public final class ExternalPostgres implements AutoCloseable {
  /** The oldest version the database proxy speaks to. */
  private static final int OLDEST = 14;

  /**
   * A server.
   *
   * @param host its name or address
   */
  public record Place(String host, int port) {
    public Place {
      Checks.port(port);
    }
  }

  /**
   * Where it is.
   *
   * @param name of the resource
   * @param places a primary and its replicas in any order; it can be used while one of them can
   * @param database its name on that server
   * @param parameters of the URL, such as {@code sslmode}
   * @param interval between two looks
   * @param timeout of one look
   */
  public record Config(
      String name,
      List<Place> places,
      String database,
      Login login,
      Map<String, String> parameters,
      Duration interval,
      Duration timeout) {
    public Config {
      places = List.copyOf(places);
      Checks.that(!places.isEmpty(), "a database needs a server");
      Checks.positive(interval, "interval");
      Checks.positive(timeout, "timeout");
      parameters = Map.copyOf(parameters);
    }

    /** With one server. */
    public Config(
        String name,
        String host,
        int port,
        String database,
        Login login,
        Map<String, String> parameters,
        Duration interval,
        Duration timeout) {
      this(name, List.of(new Place(host, port)), database, login, parameters, interval, timeout);
    }
  }

  private final Config config;
  private final DatabaseListener listener;
  private final Clock clock;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Place place;
  private @Nullable Thread thread;
  private @Nullable Connection connection;
  private @Nullable String version;
  private volatile DatabaseStatus status;

  /** Why a server cannot be used. */
  private record Trouble(DatabaseState state, String reason) {}

  /** Starts nothing. */
  public ExternalPostgres(Config config, DatabaseListener listener, Clock clock) {
    this.config = config;
    place = config.places().getFirst();
    this.listener = listener;
    this.clock = clock;
    status = status(DatabaseState.STARTING, null);
  }

  private DatabaseStatus status(DatabaseState state, @Nullable String reason) {
    return new DatabaseStatus(
        config.name(),
        state,
        version,
        place.host(),
        place.port(),
        0,
        0,
        clock.epochNanos() / 1_000_000,
        null,
        reason);
  }

  /** Looks now and from then on; returns at once. */
  public synchronized void start() {
    if (thread == null) {
      thread = Thread.ofVirtual().name("watch-" + config.name()).start(this::run);
    }
  }

  private void run() {
    try {
      do {
        publish(look());
      } while (!end.await(config.interval().toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  private void publish(@Nullable Trouble trouble) {
    DatabaseState state = trouble == null ? DatabaseState.READY : trouble.state();
    String reason = trouble == null ? null : trouble.reason();
    boolean moved = !place.host().equals(status.host()) || place.port() != status.port();
    if (moved || state != status.state() || !Objects.equals(reason, status.reason())) {
      DatabaseStatus next = status(state, reason);
      status = next;
      listener.changed(next);
    }
  }

  /** Stays with a server while that can be used, else tries all. */
  private @Nullable Trouble look() {
    Trouble first = lookThere();
    if (first == null) {
      return null;
    }
    Place before = place;
    for (Place other : config.places()) {
      if (!other.equals(before)) {
        disconnect();
        place = other;
        if (lookThere() == null) {
          return null;
        }
      }
    }
    place = before;
    return first;
  }

  private @Nullable Trouble lookThere() {
    try {
      Connection current = connection;
      if (current == null || current.isClosed()) {
        reach();
        current = connect();
        connection = current;
      }
      if (current.isValid((int) Math.max(1, config.timeout().toSeconds()))) {
        return old(current);
      }
      disconnect();
      return new Trouble(DatabaseState.UNREACHABLE, "does not answer");
    } catch (UnknownHostException e) {
      return new Trouble(
          DatabaseState.UNREACHABLE, "there is no host \"" + place.host() + "\"; check its name");
    } catch (SocketTimeoutException e) {
      return unreachable("does not answer within " + config.timeout().toMillis() + " ms");
    } catch (ConnectException e) {
      return unreachable("refuses connections; is PostgreSQL running there?");
    } catch (IOException e) {
      return unreachable("cannot be reached: " + e.getMessage());
    } catch (SQLException e) {
      disconnect();
      return trouble(e);
    }
  }

  private Trouble unreachable(String what) {
    return new Trouble(DatabaseState.UNREACHABLE, place.host() + ":" + place.port() + " " + what);
  }

  /** The name and the port first, because their failures deserve words of their own. */
  private void reach() throws IOException {
    InetAddress[] addresses = InetAddress.getAllByName(place.host());
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(addresses[0], place.port()), (int) config.timeout().toMillis());
    }
  }

  private Connection connect() throws SQLException {
    Properties more = new Properties();
    more.putAll(config.parameters());
    return Session.open(
        place.host(),
        place.port(),
        config.database(),
        config.login().user(),
        config.login().password(),
        more,
        config.timeout());
  }

  private @Nullable Trouble old(Connection current) throws SQLException {
    version = current.getMetaData().getDatabaseProductVersion();
    int major = current.getMetaData().getDatabaseMajorVersion();
    return major >= OLDEST
        ? null
        : new Trouble(
            DatabaseState.FAILED,
            "runs PostgreSQL " + version + ", and " + OLDEST + " is the oldest that is supported");
  }

  /** The server's own words for a person, by SQLSTATE; none of them holds the password. */
  private Trouble trouble(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    String user = "user \"" + config.login().user() + "\"";
    return switch (state) {
      case "28P01", "28000" ->
          new Trouble(
              DatabaseState.FAILED,
              user + " is not let in (" + Session.message(e) + "); check the URL's password");
      case "3D000" ->
          new Trouble(
              DatabaseState.FAILED,
              "the server has no database \""
                  + config.database()
                  + "\"; create it, or check the URL");
      case "53300" ->
          new Trouble(DatabaseState.UNREACHABLE, "the server has no connection left for us");
      case "57P03" -> new Trouble(DatabaseState.UNREACHABLE, Session.message(e));
      default -> unreachable("failed: " + Session.message(e));
    };
  }

  private void disconnect() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      try {
        current.abort(Runnable::run);
      } catch (SQLException e) {
        // It is closed either way.
        return;
      }
    }
  }

  /** As observed. */
  public DatabaseStatus status() {
    return status;
  }

  /** Stops watching. */
  @Override
  public void close() {
    end.countDown();
  }
}
