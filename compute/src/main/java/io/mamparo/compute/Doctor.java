package io.mamparo.compute;

import io.mamparo.compute.proc.Launch;
import io.mamparo.compute.proc.ProcFs;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Looks at the machine, for {@code mamparo doctor} and for clear errors. Stateless. */
public final class Doctor {
  private static final String LISTEN = "0A";

  private Doctor() {}

  /**
   * Who listens on a port.
   *
   * @param pid 0 when the process belongs to somebody else and cannot be seen
   * @param name of its program; empty when not known
   */
  public record PortOwner(int port, long pid, String name) {
    /** In words for a user. */
    @Override
    public String toString() {
      return pid == 0 ? "another user's process" : name + " (pid " + pid + ")";
    }
  }

  /**
   * A container engine.
   *
   * @param name docker or podman
   * @param reachable whether its socket accepts connections
   */
  public record Engine(String name, Path where, boolean reachable) {}

  /** Who listens on a TCP port of this machine, on whatever address; empty when nobody does. */
  public static Optional<PortOwner> owner(int port) {
    Set<String> sockets = new HashSet<>(listening("/proc/net/tcp", port));
    sockets.addAll(listening("/proc/net/tcp6", port));
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    Optional<Long> pid =
        ProcFs.all(process -> holds(process.pid(), sockets)).stream()
            .map(ProcFs.Stat::pid)
            .min(Long::compare);
    return Optional.of(
        pid.map(p -> new PortOwner(port, p, ProcFs.name(p).orElse("")))
            .orElse(new PortOwner(port, 0, "")));
  }

  /** The inodes of the sockets that listen on a port. */
  private static List<String> listening(String table, int port) {
    String suffix = String.format(":%04X", port);
    try (Stream<String> lines = Files.lines(Path.of(table))) {
      return lines
          .map(line -> line.strip().split("\\s+"))
          .filter(f -> f.length > 9 && f[1].endsWith(suffix) && f[3].equals(LISTEN))
          .map(f -> "socket:[" + f[9] + "]")
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean holds(long pid, Set<String> sockets) {
    Path directory = Path.of("/proc", Long.toString(pid), "fd");
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(directory)) {
      for (Path descriptor : descriptors) {
        if (sockets.contains(target(descriptor))) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return false;
    }
    return false;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** Bytes that can still be written where {@code path}, or what there is of it, lies. */
  public static long freeBytes(Path path) throws IOException {
    Path existing = path.toAbsolutePath().normalize();
    for (Path parent = existing; !Files.exists(existing) && parent != null; ) {
      existing = parent;
      parent = parent.getParent();
    }
    return Files.getFileStore(existing).getUsableSpace();
  }

  /** The container engines of this machine, those that can be reached first. */
  public static List<Engine> engines() {
    String home = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run/user/0");
    return Stream.of(
            engine("docker", "/var/run/docker.sock"),
            engine("docker", home + "/docker.sock"),
            engine("podman", "/run/podman/podman.sock"),
            engine("podman", home + "/podman/podman.sock"),
            program("docker"),
            program("podman"))
        .flatMap(Optional::stream)
        .sorted((a, b) -> Boolean.compare(b.reachable(), a.reachable()))
        .toList();
  }

  private static Optional<Engine> engine(String name, String socket) {
    Path path = Path.of(socket);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return Optional.of(new Engine(name, path, channel.connect(UnixDomainSocketAddress.of(path))));
    } catch (IOException e) {
      return Optional.of(new Engine(name, path, false));
    }
  }

  private static Optional<Engine> program(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Launch.find(name, path).map(file -> new Engine(name, file, false));
  }

  /** Whether a program is in one of the system's usual directories, e.g. {@code setpriv}. */
  public static boolean hasProgram(String name) {
    return Launch.findInSystem(name).isPresent();
  }
}
