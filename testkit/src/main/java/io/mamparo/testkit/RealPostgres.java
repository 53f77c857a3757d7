package io.mamparo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL 18 for tests: on a free port of the loopback interface, in a directory of its
 * own, unprivileged even when the tests run as root, with SCRAM-SHA-256 for every log-in. Needs
 * nothing installed. Not for use by several threads.
 */
public final class RealPostgres implements AutoCloseable {
  private static final String USER = "app";
  private static final String PASSWORD = "s3cret";
  private static final Duration START = Duration.ofSeconds(60);

  private final Path binaries;
  private final Path directory;
  private final int port = Ports.free();
  private List<String> settings;
  private final Thread atExit = new Thread(this::killQuietly, "stop test PostgreSQL");
  private @Nullable Process postmaster;

  private RealPostgres(List<String> settings) throws IOException {
    this.settings = List.copyOf(settings);
    binaries = PostgresBinaries.directory();
    directory = Files.createTempDirectory("mamparo-pg-");
  }

  /**
   * Starts a server and waits until it accepts connections.
   *
   * @param settings of postgresql.conf, such as {@code max_connections=20}, over the ones used here
   */
  public static RealPostgres start(String... settings) {
    try {
      RealPostgres postgres = new RealPostgres(List.of(settings));
      Runtime.getRuntime().addShutdownHook(postgres.atExit);
      postgres.initialise();
      postgres.startServer();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Files that only the server may read. */
  public interface Files0600 {
    /** Writes one and says where it is. */
    Path put(String name, String text) throws IOException;
  }

  /** Settings that name files of their own, such as a certificate. */
  public interface FileSettings {
    /** The settings, with the files put where the server finds them. */
    List<String> of(Files0600 files) throws IOException;
  }

  /** As {@link #start}, with settings that name files. */
  public static RealPostgres startWithFiles(FileSettings settings) {
    try {
      RealPostgres postgres = new RealPostgres(List.of());
      Runtime.getRuntime().addShutdownHook(postgres.atExit);
      postgres.initialise();
      postgres.settings = List.copyOf(settings.of(postgres::put));
      postgres.startServer();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a replica of a running server, which streams from it.
   *
   * @param settings as in {@link #start}
   */
  public static RealPostgres replicaOf(RealPostgres primary, String... settings) {
    try {
      RealPostgres replica = new RealPostgres(List.of(settings));
      Runtime.getRuntime().addShutdownHook(replica.atExit);
      replica.copy(primary);
      replica.startServer();
      return replica;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path put(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    own(file);
    return file;
  }

  /** A copy of the files while the server runs, between the two calls that make it a backup. */
  private void copy(RealPostgres primary) throws IOException {
    String source =
        "host=127.0.0.1 port=" + primary.port + " user=" + USER + " password=" + PASSWORD;
    try (Connection connection =
            DriverManager.getConnection(primary.jdbcUrl(), primary.user(), primary.password());
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_backup_start('replica', true)");
      execute("cp", "-a", primary.data().toString(), data().toString());
      Files.deleteIfExists(data().resolve("postmaster.pid"));
      try (ResultSet rows = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
        rows.next();
        Files.writeString(data().resolve("backup_label"), rows.getString(1));
      }
    } catch (SQLException e) {
      throw new IOException(e);
    }
    Files.createFile(data().resolve("standby.signal"));
    Files.writeString(
        data().resolve("postgresql.auto.conf"), "primary_conninfo = '" + source + "'\n");
    own(directory);
    for (String file : List.of("backup_label", "standby.signal", "postgresql.auto.conf")) {
      own(data().resolve(file));
    }
  }

  /** Makes this replica a primary, and returns when it takes writes. */
  public void promote() {
    try (Connection connection = DriverManager.getConnection(jdbcUrl(), USER, PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_promote(true, 30)");
    } catch (SQLException e) {
      throw new AssertionError("cannot be promoted", e);
    }
  }

  /** Where it listens, on 127.0.0.1; stays the same over a restart. */
  public int port() {
    return port;
  }

  /** A superuser. */
  public String user() {
    return USER;
  }

  /** The superuser's password. */
  public String password() {
    return PASSWORD;
  }

  /** The database that is there from the start. */
  public String database() {
    return "postgres";
  }

  /** For pgjdbc, without the user and the password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database();
  }

  /** Where its own libpq is. */
  public Path libraries() {
    return binaries.resolve("lib");
  }

  /** The postmaster's process id. */
  public long pid() {
    return running().pid();
  }

  /** Stops it in an orderly way (open connections are closed) and starts it again. */
  public void restart() {
    stop();
    startAgain();
  }

  /** Stops it in an orderly way, open connections are closed, and leaves it stopped. */
  public void stop() {
    Process process = running();
    signal("INT", List.of(process.toHandle()));
    awaitEnd(process);
  }

  /** Kills it and all its processes at once, as {@code kill -9} does, and leaves it dead. */
  public void killNine() {
    Process process = running();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    awaitEnd(process);
    Await.until(
        "all of PostgreSQL is gone",
        Duration.ofSeconds(60),
        () -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Starts it after {@link #stop} or {@link #killNine} and waits until it accepts connections. */
  public void startAgain() {
    if (postmaster != null && postmaster.isAlive()) {
      throw new IllegalStateException("it runs");
    }
    try {
      startServer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Freezes it with SIGSTOP: connections stay open, nothing answers. */
  public void freeze() {
    signal("STOP", everything());
  }

  /** Lets it go on after {@link #freeze}. */
  public void thaw() {
    signal("CONT", everything());
  }

  /** The server's log so far. */
  public String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    killQuietly();
    try {
      PostgresBinaries.deleteAll(directory);
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalStateException alreadyExiting) {
      // The hook that would be removed is running.
    }
  }

  private void initialise() throws IOException {
    Path password = directory.resolve("password");
    Files.writeString(password, PASSWORD + "\n");
    own(directory);
    own(password);
    run(
        binaries.resolve("bin/initdb").toString(),
        "--pgdata=" + data(),
        "--username=" + USER,
        "--pwfile=" + password,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        "--no-instructions");
  }

  private void startServer() throws IOException {
    List<String> command = unprivileged();
    command.add(binaries.resolve("bin/postgres").toString());
    command.addAll(List.of("-D", data().toString()));
    Stream.concat(
            Stream.of(
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=off",
                "wal_level=logical",
                "max_connections=200",
                "shared_buffers=32MB"),
            settings.stream())
        .forEach(setting -> command.addAll(List.of("-c", setting)));
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    postmaster = process;
    Await.until("PostgreSQL accepts connections; log: " + log, START, () -> isReady(process));
  }

  /** The eighth line of postmaster.pid is the state, the first the process id. */
  private boolean isReady(Process process) throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError("PostgreSQL did not start:\n" + log());
    }
    List<String> lines = Files.readAllLines(data().resolve("postmaster.pid"));
    return lines.size() >= 8
        && lines.get(0).strip().equals(Long.toString(process.pid()))
        && lines.get(7).strip().equals("ready");
  }

  private void run(String... program) throws IOException {
    List<String> command = unprivileged();
    command.addAll(List.of(program));
    execute(command.toArray(String[]::new));
  }

  private void execute(String... command) throws IOException {
    Path log = directory.resolve("initdb.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    awaitEnd(process);
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " failed:\n" + Files.readString(log));
    }
  }

  /** PostgreSQL refuses to run as root: root becomes nobody. */
  private static List<String> unprivileged() {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(
          List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"));
    }
    return command;
  }

  private static boolean isRoot() {
    return Optional.of(System.getProperty("user.name")).filter("root"::equals).isPresent();
  }

  private static void own(Path path) throws IOException {
    if (isRoot()) {
      var nobody =
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
      Files.setOwner(path, nobody);
    }
    if (Files.isDirectory(path)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private Path data() {
    return directory.resolve("data");
  }

  private Process running() {
    Process process = postmaster;
    if (process == null || !process.isAlive()) {
      throw new IllegalStateException("PostgreSQL does not run");
    }
    return process;
  }

  private List<ProcessHandle> everything() {
    Process process = running();
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  private static void signal(String name, List<ProcessHandle> processes) {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    try {
      awaitEnd(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitEnd(Process process) {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError("still running after 30 s: " + process);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + process, e);
    }
  }

  private void killQuietly() {
    if (postmaster != null && postmaster.isAlive()) {
      killNine();
    }
  }
}
