package io.mamparo.compute.proc;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** Signals to processes, and which processes belong together. Stateless. */
public final class Processes {
  private Processes() {}

  /** Sends a signal to one process; false when there is none or we may not. */
  public static boolean signal(long pid, Signal signal) {
    return pid > 1 && Libc.kill(pid, signal.number()) == 0;
  }

  /** Sends a signal to a whole process group; false when it has no member or we may not. */
  public static boolean signalGroup(long group, Signal signal) {
    return group > 1 && Libc.kill(-group, signal.number()) == 0;
  }

  /** Sends a signal to each; those that are gone are no matter. */
  public static void signal(Collection<ProcFs.Stat> processes, Signal signal) {
    processes.forEach(process -> signal(process.pid(), signal));
  }

  /**
   * The processes that belong to a leader that started at {@code startTicks}, itself included: of
   * its session, and those that were given {@code variable=value} and left the session.
   */
  public static List<ProcFs.Stat> family(
      long leader, long startTicks, String variable, String value) {
    // Once the leader is gone its pid may be somebody else's.
    boolean reused = ProcFs.stat(leader).filter(s -> s.startTicks() != startTicks).isPresent();
    return ProcFs.all(
        process ->
            (!reused && (process.session() == leader || process.group() == leader))
                || ProcFs.environment(process.pid(), variable).filter(value::equals).isPresent());
  }

  /** The processes whose {@code variable} satisfies {@code wanted}. */
  public static List<ProcFs.Stat> marked(String variable, Predicate<String> wanted) {
    return ProcFs.all(
        process -> ProcFs.environment(process.pid(), variable).filter(wanted).isPresent());
  }

  /** The processes that run {@code program} in {@code directory}. */
  public static List<ProcFs.Stat> workingIn(Path directory, String program) {
    return ProcFs.all(
        process ->
            ProcFs.directory(process.pid()).filter(directory::equals).isPresent()
                && ProcFs.program(process.pid())
                    .filter(path -> path.endsWith(program) || path.endsWith(program + " (deleted)"))
                    .isPresent());
  }

  /** Everything written to the file system that holds {@code path} is on the disk afterwards. */
  public static boolean sync(Path path) {
    return Libc.syncFileSystem(path) == 0;
  }
}
