package io.mamparo.compute.postgres;

import io.mamparo.compute.proc.Launch;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The user PostgreSQL runs as, for it refuses to be run by root. Immutable.
 *
 * <ul>
 *   <li>We are not root: as we are.
 *   <li>We are, and may change the user: as {@code postgres} if there is one, else as {@code
 *       nobody}.
 *   <li>We are and may not, as in some containers: in a user namespace where we are nobody, without
 *       any privilege.
 * </ul>
 */
public sealed interface RunAs {
  /** As we are. */
  record Self() implements RunAs {}

  /** As another user, by setpriv. */
  record User(String name, int uid, int gid, Path setpriv) implements RunAs {}

  /** As root to the file system, without privileges, by unshare. */
  record Namespace(Path unshare) implements RunAs {}

  /** What stands before a command. */
  default List<String> prefix() {
    return switch (this) {
      case Self _ -> List.of();
      case User user ->
          List.of(
              user.setpriv().toString(),
              "--reuid=" + user.uid(),
              "--regid=" + user.gid(),
              "--clear-groups",
              "--");
      case Namespace namespace -> List.of(namespace.unshare().toString(), "--user", "--");
    };
  }

  /**
   * How the user this runs as can name a directory of its own that it is started in, although it
   * may not pass the directories above (those of root's home, say).
   */
  default String name(Path directory) {
    return switch (this) {
      case Self _ -> directory.toString();
      case Namespace _ -> directory.toString();
      case User _ -> passable(directory) ? directory.toString() : "/proc/self/cwd";
    };
  }

  /** Whether everyone may pass all directories above. */
  static boolean passable(Path directory) {
    for (Path up = directory.toAbsolutePath().getParent(); up != null; up = up.getParent()) {
      try {
        if (Files.exists(up) && ((int) Files.getAttribute(up, "unix:mode") & 1) == 0) {
          return false;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  /** Gives a file or directory and what is in it to this user, unless that was done before. */
  default void own(Path path) throws IOException {
    switch (this) {
      case Self _ -> {}
      case User user -> chown(path, user.uid(), user.gid());
      case Namespace _ -> chown(path, 0, 0);
    }
  }

  private static void chown(Path path, int uid, int gid) throws IOException {
    if ((int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS) == uid) {
      return;
    }
    // The top comes last: a change that was cut short is seen and done again.
    try (Stream<Path> all = Files.walk(path)) {
      for (Path one : all.toList().reversed()) {
        Files.setAttribute(one, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(one, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /**
   * Finds the best way on this machine.
   *
   * @throws Problem when there is none
   */
  static RunAs choose() {
    if (!isRoot()) {
      return new Self();
    }
    return user()
        .or(RunAs::namespace)
        .orElseThrow(
            () ->
                new Problem(
                    "PostgreSQL",
                    "must not be run by root, and this machine lets us neither change the user"
                        + " (setpriv) nor make a user namespace (unshare)",
                    "Run mamparo as an ordinary user, or install util-linux and allow CAP_SETUID"));
  }

  /** Whether we are root. */
  static boolean isRoot() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<RunAs> user() {
    Optional<Path> setpriv = Launch.findInSystem("setpriv");
    Optional<String[]> entry = account("postgres").or(() -> account("nobody"));
    if (setpriv.isEmpty() || entry.isEmpty()) {
      return Optional.empty();
    }
    String[] fields = entry.get();
    RunAs user =
        new User(
            fields[0], Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), setpriv.get());
    return works(user) ? Optional.of(user) : Optional.empty();
  }

  /** A way through a user namespace, if this machine allows it. */
  static Optional<RunAs> namespace() {
    return Launch.findInSystem("unshare").<RunAs>map(Namespace::new).filter(RunAs::works);
  }

  private static Optional<String[]> account(String name) {
    try (Stream<String> lines = Files.lines(Path.of("/etc/passwd"))) {
      return lines
          .map(l -> l.split(":"))
          .filter(f -> f.length > 3 && f[0].equals(name))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean works(RunAs way) {
    List<String> command = new java.util.ArrayList<>(way.prefix());
    command.add("true");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
