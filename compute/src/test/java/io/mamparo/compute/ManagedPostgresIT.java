package io.mamparo.compute;

import static io.mamparo.compute.Rig.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.compute.postgres.RunAs;
import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import io.mamparo.kernel.Clock;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL, initialised in the test's own directory, which only its owner may pass. */
class ManagedPostgresIT {
  private static final Path BINARIES =
      Path.of(System.getProperty("java.io.tmpdir"), "mamparo-compute-test");

  @TempDir Path directory;
  private PostgresConfig config;
  private ProcessRecords records;
  private final Queue<DatabaseStatus> events = new ConcurrentLinkedQueue<>();
  private @Nullable ManagedPostgres server;

  @BeforeEach
  void setUp() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    config =
        PostgresConfig.of(
            "cars", directory.resolve("db"), directory.resolve("log/cars.log"), BINARIES, "test");
    records = ProcessRecords.in(directory.resolve("records"));
  }

  @AfterEach
  void tearDown() throws IOException {
    if (server != null) {
      server.close();
    }
    Path data = directory.resolve("db/data");
    if (Files.exists(data)) {
      Processes.signal(Processes.workingIn(data.toRealPath(), "postgres"), Signal.KILL);
    }
  }

  private ManagedPostgres open() {
    server = new ManagedPostgres(config, records, events::add, Clock.system());
    return server;
  }

  private ManagedPostgres started(String... services) {
    ManagedPostgres started = open();
    started.start(List.of(services));
    ready(started);
    return started;
  }

  private static void ready(ManagedPostgres server) {
    Await.until(
        "ready: " + server.status(), SOON, () -> server.status().state() == DatabaseState.READY);
  }

  private static Login login(ManagedPostgres server, String service) {
    return Objects.requireNonNull(server.logins().get(service));
  }

  private static Connection connect(ManagedPostgres server, Login login) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + server.status().port() + "/cars?sslmode=disable",
        login.user(),
        login.password());
  }

  private static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void start_givesEveryServiceALoginThatSharesWhatTheyCreate() throws Exception {
    ManagedPostgres pg = started("cars", "bookings");

    try (Connection cars = connect(pg, login(pg, "cars"));
        Connection bookings = connect(pg, login(pg, "bookings"));
        Connection person = connect(pg, pg.person())) {
      run(cars, "CREATE TABLE car (id int)");
      run(bookings, "INSERT INTO car VALUES (7)");
      run(bookings, "ALTER TABLE car ADD COLUMN colour text");
      assertEquals("7", ask(person, "SELECT id FROM car"));
      assertEquals(
          "cars_owner", ask(cars, "SELECT tableowner FROM pg_tables WHERE tablename='car'"));
      assertEquals("cars", ask(cars, "SELECT session_user"));
      assertEquals("off", ask(cars, "SELECT current_setting('is_superuser')"));
      assertEquals("logical", ask(cars, "SHOW wal_level"));
      assertEquals("on", ask(cars, "SHOW fsync"));
      assertEquals("on", ask(cars, "SHOW data_checksums"));
      assertEquals("UTF8", ask(cars, "SHOW server_encoding"));
    }
    assertEquals("18.6", pg.status().version());
    assertNotEquals(0, pg.status().pid());
    if (RunAs.isRoot()) {
      assertNotEquals(0, ProcFs.user(pg.status().pid()).orElseThrow());
    }
  }

  @Test
  void passwords_areNeededAndNowhereButInTheirFiles() throws Exception {
    ManagedPostgres pg = started("cars");
    String password = login(pg, "cars").password();

    SQLException refused =
        org.junit.jupiter.api.Assertions.assertThrows(
            SQLException.class, () -> connect(pg, new Login("cars", "wrong")).close());
    assertEquals("28P01", refused.getSQLState());

    Path secret = directory.resolve("db/secrets/cars");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
    assertFalse(Files.readString(config.log()).contains(password));
    assertFalse(pg.logins().toString().contains(password));
    for (ProcFs.Stat process : Processes.workingIn(directory.resolve("db/data"), "postgres")) {
      String arguments = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
      assertFalse(arguments.contains(password));
    }
  }

  @Test
  void stop_leavesNoProcess_startFindsTheDataAgain() throws Exception {
    ManagedPostgres first = started("cars");
    int port = first.status().port();
    try (Connection cars = connect(first, login(first, "cars"))) {
      run(cars, "CREATE TABLE car (id int)");
    }
    first.stop();
    assertEquals(List.of(), Processes.workingIn(directory.resolve("db/data"), "postgres"));
    assertEquals(List.of(), records.all());
    assertEquals(DatabaseState.STOPPED, first.status().state());

    ManagedPostgres second = started("cars");
    assertEquals(port, second.status().port());
    try (Connection cars = connect(second, login(second, "cars"))) {
      assertEquals("0", ask(cars, "SELECT count(*) FROM car"));
    }
  }

  @Test
  void close_leavesItRunning_startAdoptsIt() throws Exception {
    ManagedPostgres first = started("cars");
    long pid = first.status().pid();
    first.close();
    assertTrue(ProcFs.alive(pid).isPresent());

    ManagedPostgres second = started("cars", "bookings");
    assertEquals(pid, second.status().pid());
    connect(second, login(second, "bookings")).close();

    second.kill();
    Await.until("restart", SOON, () -> second.status().restarts() == 1);
    ready(second);
  }

  @Test
  void stop_ofOneThatWasNeverStartedHere_stopsWhatRuns() throws Exception {
    ManagedPostgres first = started("cars");
    long pid = first.status().pid();
    first.close();

    open().stop();

    assertFalse(ProcFs.alive(pid).isPresent());
  }

  @Test
  void kill_isRecoveredFromWithoutLosingWhatWasCommitted() throws Exception {
    ManagedPostgres pg = started("cars");
    try (Connection cars = connect(pg, login(pg, "cars"))) {
      run(cars, "CREATE TABLE car AS SELECT generate_series(1, 1000) AS id");
    }
    long pid = pg.status().pid();
    int port = pg.status().port();

    // A session that is busy survives its postmaster, and holds the shared memory.
    Thread.ofVirtual()
        .start(
            () -> {
              try (Connection busy = connect(pg, login(pg, "cars"))) {
                run(busy, "SELECT sum(i) FROM generate_series(1, 100000000000) i");
              } catch (SQLException e) {
                // Expected: its server is killed.
                return;
              }
            });
    Await.until(
        "busy",
        SOON,
        () -> {
          try (Connection look = connect(pg, pg.superuser())) {
            return ask(
                    look,
                    "SELECT count(*) FROM pg_stat_activity WHERE state='active' AND query LIKE '%100000000000%' AND pid <> pg_backend_pid()")
                .equals("1");
          }
        });

    long start = System.nanoTime();
    pg.kill();
    Await.until(
        "recovery",
        SOON,
        () -> pg.status().pid() != pid && pg.status().state() == DatabaseState.READY);
    System.out.println("recovered in " + (System.nanoTime() - start) / 1_000_000 + " ms");

    assertEquals(port, pg.status().port());
    try (Connection cars = connect(pg, login(pg, "cars"))) {
      assertEquals("1000", ask(cars, "SELECT count(*) FROM car"));
    }
  }

  @Test
  void pause_isSeen_closingHeals() throws Exception {
    ManagedPostgres pg = started("cars");
    long pid = pg.status().pid();
    try (Fault fault = pg.pause()) {
      assertNotNull(fault);
      Await.until("seen", SOON, () -> pg.status().state() == DatabaseState.UNREACHABLE);
    }
    ready(pg);
    assertEquals(pid, pg.status().pid());
  }

  @Test
  void slow_stillAnswers() throws Exception {
    ManagedPostgres pg = started("cars");
    try (Fault fault = pg.slow(0.5)) {
      assertNotNull(fault);
      try (Connection cars = connect(pg, login(pg, "cars"))) {
        assertEquals("1", ask(cars, "SELECT 1"));
      }
    }
    Await.until(
        "all continue",
        SOON,
        () ->
            Processes.workingIn(directory.resolve("db/data"), "postgres").stream()
                .allMatch(process -> process.state() != 'T'));
  }

  @Test
  void schema_isAppliedOnceAndRemembered() throws Exception {
    Path schema = directory.resolve("schema.sql");
    Files.writeString(
        schema,
        """
        BEGIN;
        CREATE TABLE car (id int, note text DEFAULT 'a;b');
        CREATE FUNCTION twice(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 2*i; END; $$;
        COPY car (id, note) FROM stdin;
        1\tone
        2\ttwo; and more
        \\.
        COMMIT;
        """);
    config = config.withSchema(schema);
    ManagedPostgres pg = started("cars");
    assertEquals(DatabaseStatus.SchemaState.APPLIED, pg.status().schema());
    try (Connection cars = connect(pg, login(pg, "cars"))) {
      assertEquals("2", ask(cars, "SELECT count(*) FROM car"));
      assertEquals("8", ask(cars, "SELECT twice(4)"));
      run(cars, "DROP TABLE car");
    }
    pg.close();

    ManagedPostgres again = started("cars");
    assertEquals(DatabaseStatus.SchemaState.APPLIED, again.status().schema());
    try (Connection cars = connect(again, login(again, "cars"))) {
      assertEquals("0", ask(cars, "SELECT count(*) FROM pg_tables WHERE tablename = 'car'"));
    }

    Files.writeString(schema, "CREATE TABLE other (id int);");
    again.start(List.of("cars"));
    Await.until(
        "change seen",
        SOON,
        () -> again.status().schema() == DatabaseStatus.SchemaState.CHANGED_NOT_APPLIED);
    assertEquals(DatabaseState.READY, again.status().state());
  }

  @Test
  void schema_withAnError_namesItsLineAndAppliesNothing_untilItIsMended() throws Exception {
    Path schema = directory.resolve("schema.sql");
    Files.writeString(schema, "CREATE TABLE car (id int);\n-- é;\n\nSELECT 1,\n  nonsense;\n");
    config = config.withSchema(schema);
    ManagedPostgres pg = open();
    pg.start(List.of("cars"));
    Await.until("failure", SOON, () -> pg.status().state() == DatabaseState.FAILED);
    assertEquals(
        schema + ":5:3: column \"nonsense\" does not exist", String.valueOf(pg.status().reason()));
    try (Connection cars = connect(pg, pg.superuser())) {
      assertEquals("0", ask(cars, "SELECT count(*) FROM pg_tables WHERE tablename = 'car'"));
    }

    Files.writeString(schema, "CREATE TABLE car (id int);");
    pg.start(List.of("cars"));
    ready(pg);
    assertEquals(DatabaseStatus.SchemaState.APPLIED, pg.status().schema());
  }

  @Test
  void settingsChanged_restartsTheServerThatIsAdopted() throws Exception {
    ManagedPostgres first = started("cars");
    long pid = first.status().pid();
    first.close();

    config = config.withMaxConnections(123);
    ManagedPostgres second = open();
    second.start(List.of("cars"));
    Await.until("restart", SOON, () -> second.status().pid() != pid && second.status().pid() != 0);
    ready(second);
    try (Connection cars = connect(second, login(second, "cars"))) {
      assertEquals("123", ask(cars, "SHOW max_connections"));
    }
  }

  @Test
  void dataOfAnotherVersion_isRefusedInWords() throws Exception {
    Path data = Files.createDirectories(directory.resolve("db/data"));
    Files.writeString(data.resolve("PG_VERSION"), "12\n");
    assertFails("its data is of PostgreSQL 12, and this Mamparo runs 18");
  }

  @Test
  void damagedControlFile_isNamed() throws Exception {
    ManagedPostgres first = started("cars");
    first.stop();
    Path control = directory.resolve("db/data/global/pg_control");
    byte[] bytes = Files.readAllBytes(control);
    bytes[100] ^= 0x55;
    Files.write(control, bytes);
    assertFails("its control file is damaged");
  }

  private void assertFails(String expected) {
    ManagedPostgres pg = open();
    pg.start(List.of("cars"));
    Await.until(
        expected,
        Duration.ofSeconds(60),
        () ->
            pg.status().state() == DatabaseState.FAILED
                && String.valueOf(pg.status().reason()).contains(expected));
  }

  @Test
  void portTakenByAnother_movesToAFreeOne() throws Exception {
    ManagedPostgres first = started("cars");
    first.stop();
    try (java.net.ServerSocket other =
        new java.net.ServerSocket(
            first.status().port(), 5, java.net.InetAddress.getLoopbackAddress())) {
      ManagedPostgres second = started("cars");
      assertNotEquals(other.getLocalPort(), second.status().port());
    }
  }

  @Test
  void measured() throws Exception {
    long start = System.nanoTime();
    ManagedPostgres first = started("cars");
    System.out.println("first start " + (System.nanoTime() - start) / 1_000_000 + " ms");
    first.stop();
    start = System.nanoTime();
    started("cars").stop();
    System.out.println("later start and stop " + (System.nanoTime() - start) / 1_000_000 + " ms");
  }
}
