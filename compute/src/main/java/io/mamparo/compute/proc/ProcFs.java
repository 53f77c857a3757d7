package io.mamparo.compute.proc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads {@code /proc}. Stateless. A process may end at any moment, so whatever cannot be read is
 * absent rather than an error.
 */
public final class ProcFs {
  private static final Path PROC = Path.of("/proc");

  private ProcFs() {}

  /**
   * Of {@code /proc/PID/stat}.
   *
   * @param state R, S, D, Z, T …
   * @param startTicks clock ticks since the machine's start
   */
  public record Stat(long pid, char state, long parent, long group, long session, long startTicks) {
    /** Ended, and not yet collected by its parent. */
    public boolean ended() {
      return state == 'Z' || state == 'X';
    }
  }

  /** A process, unless it is gone or a zombie. */
  public static Optional<Stat> alive(long pid) {
    return stat(pid).filter(stat -> !stat.ended());
  }

  /** A process that is still the one that started at {@code startTicks}. */
  public static boolean alive(long pid, long startTicks) {
    return alive(pid).filter(stat -> stat.startTicks() == startTicks).isPresent();
  }

  /** A process, zombies included. */
  public static Optional<Stat> stat(long pid) {
    return text(PROC.resolve(Long.toString(pid)).resolve("stat")).map(line -> parse(pid, line));
  }

  private static Stat parse(long pid, String line) {
    // The name stands in parentheses and may hold spaces and parentheses itself.
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
    return new Stat(
        pid,
        fields[0].charAt(0),
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        Long.parseLong(fields[19]));
  }

  /** Identifies this start of the kernel. */
  public static String bootId() {
    return text(PROC.resolve("sys/kernel/random/boot_id")).map(String::strip).orElse("unknown");
  }

  /** All processes that are not zombies and satisfy {@code wanted}. */
  public static List<Stat> all(Predicate<Stat> wanted) {
    List<Stat> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        alive(Long.parseLong(entry.getFileName().toString())).filter(wanted).ifPresent(found::add);
      }
    } catch (IOException e) {
      return found;
    }
    return found;
  }

  /** A variable in the environment a process was started with, if we may see it. */
  public static Optional<String> environment(long pid, String variable) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(PROC.resolve(pid + "/environ"));
    } catch (IOException e) {
      return Optional.empty();
    }
    String prefix = variable + "=";
    for (String entry : new String(bytes, StandardCharsets.UTF_8).split("\0")) {
      if (entry.startsWith(prefix)) {
        return Optional.of(entry.substring(prefix.length()));
      }
    }
    return Optional.empty();
  }

  /** The working directory of a process, if we may see it. */
  public static Optional<Path> directory(long pid) {
    return link(PROC.resolve(pid + "/cwd"));
  }

  /** The program a process runs, if we may see it. */
  public static Optional<Path> program(long pid) {
    return link(PROC.resolve(pid + "/exe"));
  }

  /** The short name of a process, e.g. {@code java}. */
  public static Optional<String> name(long pid) {
    return text(PROC.resolve(pid + "/comm")).map(String::strip);
  }

  /** The effective user id of a process. */
  public static Optional<Integer> user(long pid) {
    return text(PROC.resolve(pid + "/status"))
        .flatMap(status -> status.lines().filter(l -> l.startsWith("Uid:")).findFirst())
        .map(line -> Integer.parseInt(line.split("\\s+")[2]));
  }

  private static Optional<Path> link(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
