package io.mamparo.compute.proc;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes that depend on nothing of ours: in a session and process group of their own,
 * with {@code /dev/null} as standard input and output appended to a file. Stateless.
 */
public final class Launch {
  private static final Path NULL = Path.of("/dev/null");
  private static final String SEARCH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private Launch() {}

  /**
   * A process that was started.
   *
   * @param exit its exit status, 128 and more for a signal, as a shell would tell it; completes
   *     exceptionally or with null when it is not known
   */
  public record Child(long pid, long startTicks, CompletableFuture<@Nullable Integer> exit) {}

  /** A process that cannot be started, and why, in words for a user. */
  public static final class Impossible extends Exception {
    private static final long serialVersionUID = 1L;

    /** With a reason for the user, a sentence without subject and full stop. */
    public Impossible(String why) {
      super(why);
    }
  }

  /**
   * Starts a process. Its pid is that of the program itself, which leads the session.
   *
   * @param argv program and arguments
   * @param changes to our environment; an empty optional removes a variable
   * @param log created with mode 0600 when missing
   */
  public static Child start(
      List<String> argv, Map<String, Optional<String>> changes, Path directory, Path log)
      throws Impossible {
    ProcessBuilder builder = new ProcessBuilder();
    changes.forEach(
        (name, value) ->
            value.ifPresentOrElse(
                v -> builder.environment().put(name, v), () -> builder.environment().remove(name)));
    check(argv.getFirst(), directory, builder.environment().get("PATH"));
    List<String> command = new ArrayList<>();
    command.add(
        find("setsid", SEARCH)
            .map(Path::toString)
            .orElseThrow(() -> new Impossible("setsid is missing: install util-linux")));
    command.addAll(argv);
    builder
        .command(command)
        .directory(directory.toFile())
        .redirectInput(NULL.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(openLog(log)));
    try {
      return child(builder.start());
    } catch (IOException e) {
      throw new Impossible(argv.getFirst() + " cannot be started: " + e.getMessage());
    }
  }

  private static Child child(Process process) {
    long ticks = ProcFs.stat(process.pid()).map(ProcFs.Stat::startTicks).orElse(0L);
    return new Child(process.pid(), ticks, process.onExit().thenApply(Process::exitValue));
  }

  private static File openLog(Path log) throws Impossible {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      if (!Files.exists(log)) {
        Files.createFile(
            log,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      return log.toFile();
    } catch (IOException e) {
      throw new Impossible("its log file cannot be written: " + e.getMessage());
    }
  }

  /** What exec would answer with a number, in words. */
  private static void check(String program, Path directory, @Nullable String path)
      throws Impossible {
    if (!Files.isDirectory(directory)) {
      throw new Impossible("its directory does not exist: " + directory);
    }
    if (!program.contains("/")) {
      String search = path == null ? SEARCH : path;
      if (find(program, search).isEmpty()) {
        throw new Impossible("there is no program \"" + program + "\" in PATH (" + search + ")");
      }
      return;
    }
    Path file = directory.resolve(program);
    if (!Files.exists(file)) {
      throw new Impossible("the program does not exist: " + file);
    }
    if (Files.isDirectory(file)) {
      throw new Impossible("the program is a directory: " + file);
    }
    if (!Files.isExecutable(file)) {
      throw new Impossible("the program is not executable: " + file + " (chmod +x would help)");
    }
  }

  /** An executable file of this name in a list of directories separated by colons. */
  public static Optional<Path> find(String program, String path) {
    for (String directory : path.split(":")) {
      Path file = Path.of(directory.isEmpty() ? "." : directory, program);
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return Optional.of(file.toAbsolutePath());
      }
    }
    return Optional.empty();
  }

  /** An executable file of this name in the system's usual directories. */
  public static Optional<Path> findInSystem(String program) {
    return find(program, SEARCH);
  }
}
