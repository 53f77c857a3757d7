package io.mamparo.compute;

import static io.mamparo.compute.Rig.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Clock;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A database that somebody else runs: a real server, with its moods. */
class ExternalPostgresIT {
  private static RealPostgres server;

  private final Queue<DatabaseStatus> events = new ConcurrentLinkedQueue<>();
  private final List<ExternalPostgres> open = new ArrayList<>();
  private Duration timeout = Duration.ofSeconds(10);

  @BeforeAll
  static void start() {
    server = RealPostgres.start("max_connections=10", "superuser_reserved_connections=3");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void close() {
    open.forEach(ExternalPostgres::close);
  }

  private ExternalPostgres watch(String host, int port, String database, Login login) {
    ExternalPostgres.Config config =
        new ExternalPostgres.Config(
            "legacy",
            host,
            port,
            database,
            login,
            Map.of("sslmode", "disable"),
            Duration.ofMillis(50),
            timeout);
    ExternalPostgres watched = new ExternalPostgres(config, events::add, Clock.system());
    open.add(watched);
    watched.start();
    return watched;
  }

  private ExternalPostgres watch() {
    return watch(
        "127.0.0.1", server.port(), server.database(), new Login(server.user(), server.password()));
  }

  private static void state(ExternalPostgres watched, DatabaseState state, String reason) {
    Await.until(
        state + " because: " + reason,
        SOON,
        () ->
            watched.status().state() == state
                && String.valueOf(watched.status().reason()).contains(reason));
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection(
        server.jdbcUrl() + "?sslmode=disable", server.user(), server.password());
  }

  @Test
  void aServerThatAnswers_isReadyWithItsVersion_andIsNotChanged() throws SQLException {
    String before = everything();
    ExternalPostgres watched = watch();
    state(watched, DatabaseState.READY, "null");
    assertTrue(String.valueOf(watched.status().version()).startsWith("18."));
    assertEquals(server.port(), watched.status().port());
    assertEquals(1, events.size(), "told once, not with every look: " + events);
    assertEquals(before, everything());
  }

  /** Roles, databases and relations of the server. */
  private static String everything() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT string_agg(name, ',' ORDER BY name) FROM (SELECT rolname::text AS name FROM"
                    + " pg_roles UNION ALL SELECT datname::text FROM pg_database UNION ALL SELECT"
                    + " relname::text FROM pg_class) AS names")) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void aWrongPassword_isFailed_andTheReasonDoesNotHoldIt() {
    ExternalPostgres watched =
        watch(
            "127.0.0.1",
            server.port(),
            server.database(),
            new Login(server.user(), "not-the-password"));
    state(watched, DatabaseState.FAILED, "check the URL's password");
    assertFalse(String.valueOf(watched.status()).contains("not-the-password"));
  }

  @Test
  void aDatabaseThatIsNotThere_isNamed() {
    ExternalPostgres watched =
        watch("127.0.0.1", server.port(), "nowhere", new Login(server.user(), server.password()));
    state(watched, DatabaseState.FAILED, "has no database \"nowhere\"");
  }

  @Test
  void nobodyThere_isUnreachable_inWords() {
    Login login = new Login("app", "x");
    state(
        watch("127.0.0.1", Ports.free(), "app", login),
        DatabaseState.UNREACHABLE,
        "refuses connections; is PostgreSQL running there?");
    state(
        watch("no-such-host.invalid", 5432, "app", login),
        DatabaseState.UNREACHABLE,
        "there is no host \"no-such-host.invalid\"");
  }

  @Test
  void somethingElseOnThePort_isUnreachable_andNotWaitedForForever() throws IOException {
    timeout = Duration.ofSeconds(1);
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      ExternalPostgres watched =
          watch("127.0.0.1", mute.getLocalPort(), "app", new Login("app", "x"));
      state(watched, DatabaseState.UNREACHABLE, "failed: ");
    }
  }

  @Test
  void noConnectionLeft_isSaidSo() throws SQLException {
    List<Connection> all = new ArrayList<>();
    try {
      SQLException full = null;
      while (full == null && all.size() < 20) {
        try {
          all.add(connect());
        } catch (SQLException e) {
          full = e;
        }
      }
      ExternalPostgres watched = watch();
      state(watched, DatabaseState.UNREACHABLE, "no connection left");
      for (Connection connection : all) {
        connection.close();
      }
      state(watched, DatabaseState.READY, "null");
    } finally {
      for (Connection connection : all) {
        connection.close();
      }
    }
  }

  @Test
  void aServerThatDiesFreezesAndComesBack_isSeenEachTime() {
    timeout = Duration.ofSeconds(1);
    ExternalPostgres watched = watch();
    state(watched, DatabaseState.READY, "null");

    server.killNine();
    state(watched, DatabaseState.UNREACHABLE, "");
    server.startAgain();
    state(watched, DatabaseState.READY, "null");

    server.freeze();
    try {
      state(watched, DatabaseState.UNREACHABLE, "");
    } finally {
      server.thaw();
    }
    state(watched, DatabaseState.READY, "null");
  }
}
