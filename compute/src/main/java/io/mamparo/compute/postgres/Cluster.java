package io.mamparo.compute.postgres;

import io.mamparo.compute.proc.Launch;
import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of one server, and how the server is started in it. Used by one thread at a
 * time.
 *
 * <p>Invariants: {@code data} is either a complete cluster or not there; its files belong to the
 * user the server runs as; a server is started only when no process works in the directory.
 */
public final class Cluster {
  private static final FileAttribute<?> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final String SETTINGS = "mamparo.conf";
  private static final String LOCK_FILE = "postmaster.pid";
  private static final long INIT_SECONDS = 120;

  private final Path directory;
  private final Path data;
  private final Path log;
  private final int majorVersion;

  /** In {@code directory}, writing to {@code log}; touches nothing yet. */
  public Cluster(Path directory, Path log, int majorVersion) {
    this.directory = directory;
    data = directory.resolve("data");
    this.log = log;
    this.majorVersion = majorVersion;
  }

  /** Where the server's data is. */
  public Path data() {
    return data;
  }

  /**
   * Creates the cluster unless that was done before. Its superuser is {@code mamparo}.
   *
   * @throws Launch.Impossible with a reason for the user
   */
  public void initialise(Path binaries, RunAs runAs, String password) throws Launch.Impossible {
    try {
      if (Files.exists(data)) {
        checkVersion();
        runAs.own(data);
        return;
      }
      Path fresh = directory.resolve("data.new");
      Archive.delete(fresh);
      Files.createDirectory(fresh, PRIVATE_DIRECTORY);
      runAs.own(fresh);
      initdb(fresh, binaries, runAs, password);
      Files.writeString(
          fresh.resolve("postgresql.conf"),
          "\ninclude_if_exists = '" + SETTINGS + "'\n",
          java.nio.file.StandardOpenOption.APPEND);
      Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
      // initdb leaves its files to the kernel, which takes up to half a minute: hurry it, but do
      // not
      // make the first start wait for a disk that others may keep busy.
      Thread.ofPlatform().daemon().name("mamparo-sync").start(() -> Processes.sync(data));
    } catch (IOException e) {
      throw new Launch.Impossible("its data directory cannot be prepared: " + e.getMessage());
    }
  }

  private void checkVersion() throws IOException, Launch.Impossible {
    Path file = data.resolve("PG_VERSION");
    if (!Files.exists(file)) {
      throw new Launch.Impossible(
          data + " is not a PostgreSQL data directory (no PG_VERSION); move it away");
    }
    String found = Files.readString(file).strip();
    if (!found.equals(Integer.toString(majorVersion))) {
      throw new Launch.Impossible(
          "its data is of PostgreSQL "
              + found
              + ", and this Mamparo runs "
              + majorVersion
              + "; dump it with the old version and restore it, or move "
              + data
              + " away");
    }
  }

  private void initdb(Path fresh, Path binaries, RunAs runAs, String password)
      throws IOException, Launch.Impossible {
    Path secret = Files.createTempFile("mamparo-", ".init", PRIVATE_FILE);
    Path output = directory.resolve("initdb.log");
    try {
      Files.writeString(secret, password + "\n");
      runAs.own(secret);
      List<String> command = new ArrayList<>(runAs.prefix());
      command.addAll(
          List.of(
              binaries.resolve("bin/initdb").toString(),
              "--pgdata=" + runAs.name(fresh),
              "--username=mamparo",
              "--pwfile=" + secret,
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--locale=C",
              "--locale-provider=builtin",
              "--builtin-locale=C.UTF-8",
              "--no-sync",
              "--no-instructions"));
      Files.deleteIfExists(output);
      Launch.Child child = Launch.start(command, environment(), fresh, output);
      Integer exit = await(child);
      if (exit == null || exit != 0) {
        throw new Launch.Impossible(
            "initdb failed: " + Complaint.of(Files.readString(output)).orElse("exit code " + exit));
      }
    } finally {
      Files.deleteIfExists(secret);
    }
    Files.deleteIfExists(output);
  }

  private static @Nullable Integer await(Launch.Child child) throws Launch.Impossible {
    try {
      return child.exit().get(INIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Processes.signalGroup(child.pid(), Signal.KILL);
      throw new Launch.Impossible("was interrupted");
    } catch (TimeoutException e) {
      Processes.signalGroup(child.pid(), Signal.KILL);
      throw new Launch.Impossible("initdb did not end within " + INIT_SECONDS + " s");
    } catch (ExecutionException e) {
      throw new Launch.Impossible("initdb failed: " + e.getCause());
    }
  }

  /** The server gets nothing of our environment but what it needs: it may hold secrets. */
  private static Map<String, Optional<String>> environment() {
    Map<String, Optional<String>> changes = new HashMap<>();
    System.getenv().keySet().forEach(name -> changes.put(name, Optional.empty()));
    changes.put("PATH", Optional.of("/usr/local/bin:/usr/bin:/bin"));
    changes.put("LC_ALL", Optional.of("C"));
    changes.put("TZ", Optional.ofNullable(System.getenv("TZ")));
    return changes;
  }

  /**
   * Starts the server. Whatever a dead one left working in its directory is ended first, for it
   * would keep the shared memory in use.
   *
   * @param settings written to a file of their own, which {@code ALTER SYSTEM} goes before
   * @throws Launch.Impossible with a reason for the user
   */
  public Launch.Child start(
      Path binaries, RunAs runAs, String host, int port, Map<String, String> settings)
      throws Launch.Impossible {
    endLeftovers();
    try {
      Files.deleteIfExists(data.resolve(LOCK_FILE));
      writeSettings(runAs, settings);
    } catch (IOException e) {
      throw new Launch.Impossible("its settings cannot be written: " + e.getMessage());
    }
    List<String> command = new ArrayList<>(runAs.prefix());
    command.addAll(
        List.of(
            binaries.resolve("bin/postgres").toString(),
            "-D",
            runAs.name(data),
            "-c",
            "listen_addresses=" + host,
            "-c",
            "port=" + port,
            "-c",
            "unix_socket_directories=",
            "-c",
            "logging_collector=off"));
    return Launch.start(command, environment(), data, log);
  }

  private void writeSettings(RunAs runAs, Map<String, String> settings) throws IOException {
    StringBuilder text = new StringBuilder("# Written by Mamparo before every start.\n");
    settings.forEach(
        (name, value) ->
            text.append(name).append(" = '").append(value.replace("'", "''")).append("'\n"));
    Path next = data.resolve(SETTINGS + ".next");
    Files.deleteIfExists(next);
    Files.createFile(next, PRIVATE_FILE);
    Files.writeString(next, text);
    runAs.own(next);
    Files.move(next, data.resolve(SETTINGS), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The processes of the server, and what a dead one left. */
  public List<ProcFs.Stat> processes() {
    try {
      return Files.exists(data) ? Processes.workingIn(data.toRealPath(), "postgres") : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Ends every process of the server, for certain. */
  public void endLeftovers() {
    List<ProcFs.Stat> left = processes();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (!left.isEmpty() && System.nanoTime() - end < 0) {
      Processes.signal(left, Signal.KILL);
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      left = processes();
    }
  }

  /** A running server as its own lock file tells it. */
  public record Found(long pid, long startTicks, int port) {}

  /** The server that runs in this directory, if one does. */
  public Optional<Found> running() {
    Path file = data.resolve(LOCK_FILE);
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      List<String> lines = Files.readAllLines(file);
      long pid = Long.parseLong(lines.getFirst().strip());
      int port = Integer.parseInt(lines.get(3).strip());
      return processes().stream()
          .filter(process -> process.pid() == pid)
          .findFirst()
          .map(process -> new Found(pid, process.startTicks(), port));
    } catch (IOException | RuntimeException e) {
      // A file that is being written, or not there any more: nothing to adopt.
      return Optional.empty();
    }
  }
}
