package io.mamparo.cli;

import io.mamparo.app.ControlFile;
import io.mamparo.model.Defaults;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mamparo doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Look at what this machine has and lacks, each with the remedy.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:a stack can run here", "1:something is in the way"})
final class DoctorCommand implements Callable<Integer> {
  private static final long ENOUGH_DISK = 2L << 30;

  @Mixin final DataOption data = new DataOption();

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "Look at the default ports plus N.")
  int portOffset;

  private final Terminal terminal;
  private boolean inTheWay;

  DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    jdk();
    stack();
    disk();
    postgres();
    openFiles();
    containers();
    return inTheWay ? ExitCode.FAILED : ExitCode.OK;
  }

  private void good(String what, String detail) {
    terminal.out().println(terminal.good("ok    ") + what + ": " + detail);
  }

  private void note(String what, String detail, String remedy) {
    terminal.out().println(terminal.warn("note  ") + what + ": " + detail + ". " + remedy + ".");
  }

  private void bad(String what, String detail, String remedy) {
    inTheWay = true;
    terminal.out().println(terminal.bad("BAD   ") + what + ": " + detail + ". " + remedy + ".");
  }

  private void jdk() {
    good("JDK", Runtime.version() + " in " + System.getProperty("java.home"));
    if (!System.getProperty("os.name", "").equals("Linux")) {
      bad("system", System.getProperty("os.name") + " is not supported yet", "Use Linux");
    }
  }

  /** Ports are in use by our own stack, or in the way. */
  private void stack() throws IOException {
    Path directory = data.in(terminal);
    ControlFile control = ControlFile.read(directory).orElse(null);
    if (control != null && control.alive()) {
      good("stack", "one runs in " + directory + " (process " + control.pid() + ")");
      return;
    }
    if (control != null) {
      note(
          "stack",
          "a Mamparo in " + directory + " was killed",
          "mamparo up adopts what still runs, mamparo down stops it");
    }
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("ingress", Defaults.INGRESS_PORT);
    ports.put("database proxy", Defaults.PROXY_PORT);
    ports.put("console", Defaults.CONSOLE_PORT);
    for (Map.Entry<String, Integer> entry : ports.entrySet()) {
      port(entry.getKey(), entry.getValue() + portOffset);
    }
  }

  private void port(String name, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      good("port " + port, "free, for the " + name);
    } catch (IOException e) {
      bad(
          "port " + port,
          "somebody else listens on it, and the " + name + " needs it",
          "See who with ss -ltnp 'sport = :" + port + "', or use --port-offset or listen:");
    }
  }

  private void disk() throws IOException {
    Path directory = data.in(terminal);
    Path existing = directory;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing == null) {
      return;
    }
    long free = Files.getFileStore(existing).getUsableSpace();
    String detail = (free >> 20) + " MiB free at " + existing;
    if (!Files.isWritable(existing)) {
      bad("disk", existing + " is not writable", "Choose another directory with --data");
    } else if (free < ENOUGH_DISK) {
      bad("disk", detail, "Free some space, or choose another disk with --data");
    } else {
      good("disk", detail);
    }
  }

  private void postgres() {
    boolean root = "root".equals(System.getProperty("user.name"));
    if (!root) {
      good("managed PostgreSQL", "runs as you");
      return;
    }
    boolean can =
        List.of("/usr/bin/setpriv", "/usr/bin/unshare", "/bin/setpriv", "/bin/unshare").stream()
            .anyMatch(p -> Files.isExecutable(Path.of(p)));
    if (can) {
      good("managed PostgreSQL", "you are root; it runs without privileges");
    } else {
      bad(
          "managed PostgreSQL",
          "you are root, PostgreSQL refuses root, and neither setpriv nor unshare is there",
          "Install them (Debian: apt-get install util-linux), or run Mamparo as another user");
    }
  }

  private void openFiles() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        String[] words = line.strip().split("\\s+");
        long limit = words[3].equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(words[3]);
        if (limit < 4_096) {
          note(
              "open files",
              "at most " + words[3],
              "Raise it with ulimit -n 65536 for many clients");
        } else {
          good("open files", "at most " + words[3]);
        }
      }
    }
  }

  private void containers() {
    for (String engine : List.of("docker", "podman")) {
      if (succeeds(engine, "version", "--format", "{{.Server.Version}}")) {
        good("container engine", engine);
        return;
      }
    }
    note(
        "container engine",
        "neither Docker nor Podman answers",
        "Services with run: need none; those with image: or build: do");
  }

  private static boolean succeeds(String... command) {
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
