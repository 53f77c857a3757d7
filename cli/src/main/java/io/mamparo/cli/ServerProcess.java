package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.app.ControlFile;
import io.mamparo.kernel.FileTrouble;
import io.mamparo.kernel.Problem;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Mamparo in a session of its own, so that it outlives the terminal. Belongs to one thread. */
final class ServerProcess {
  private final Terminal terminal;
  private final StackSource source;
  private final Path data;
  private final int portOffset;

  ServerProcess(Terminal terminal, StackSource source, Path data, int portOffset) {
    this.terminal = terminal;
    this.source = source;
    this.data = data;
    this.portOffset = portOffset;
  }

  /** Starts it and returns once the stack is ready; stops it again when it cannot become so. */
  int startAndWait(Duration patience) throws IOException, InterruptedException {
    Timeline timeline = new Timeline(terminal);
    timeline.opening(source.name(), data);
    Path output = data.resolve("mamparo.out");
    try {
      Files.createDirectories(data);
      ControlFile.remove(data);
      Files.writeString(output, "");
    } catch (IOException e) {
      throw new Problem(
          "data directory " + data,
          "cannot be used: " + FileTrouble.words(e),
          "make it writable, or choose another one with --data",
          e);
    }
    long process = start(output);
    long end = System.nanoTime() + patience.toNanos();
    ControlClient client = null;
    @Nullable JsonNode status = null;
    boolean settled = false;
    while (!settled && alive(process) && System.nanoTime() < end) {
      if (client == null) {
        client = ControlFile.read(data).map(ControlClient::new).orElse(null);
      }
      if (client != null) {
        status = client.get("/v1/status");
        settled = timeline.show(status);
      }
      if (!settled) {
        Thread.sleep(client == null ? 20 : 50);
      }
    }
    if (status != null && status.path("ready").asBoolean()) {
      timeline.addresses(status);
      terminal.out().println("It runs in the background; mamparo down stops it.");
      return ExitCode.OK;
    }
    if (!alive(process)) {
      String words = Files.readString(output, StandardCharsets.UTF_8).strip();
      terminal.err().println(words.isEmpty() ? "mamparo: it ended at once; see " + output : words);
      return ExitCode.FAILED;
    }
    String why = status == null ? "it did not answer" : Timeline.reasons(status);
    terminal.err().println("mamparo: the stack did not become ready: " + why + ".");
    if (status != null) {
      tailOfFailed(status);
    }
    terminal.err().println("What was started is stopped again; the logs stay: mamparo logs NAME.");
    DownCommand.stop(terminal, data);
    return ExitCode.FAILED;
  }

  private void tailOfFailed(JsonNode status) throws IOException {
    for (JsonNode resource : status.path("resources")) {
      String kind = resource.path("kind").asText();
      if (!resource.path("ready").asBoolean()
          && (kind.equals("service") || kind.equals("database"))) {
        terminal.err().println("The end of the log of " + resource.path("name").asText() + ":");
        Terminal errors =
            new Terminal(
                terminal.err(),
                terminal.err(),
                terminal.colours(),
                terminal.environment(),
                terminal.directory());
        new LogFiles(errors, data).print(resource.path("name").asText(), 10, false);
      }
    }
  }

  /**
   * Starts it by way of a shell that ends at once: a JVM with a child of its own takes 300 ms to
   * exit, as the thread that waits for the child is in native code. Returns its pid.
   */
  private long start(Path output) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", "\"$@\" </dev/null >>\"$0\" 2>&1 & echo $!"));
    command.add(output.toString());
    setsid().ifPresent(command::add);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(Serve.command(source.file(), source.name(), data, portOffset));
    ProcessBuilder builder = new ProcessBuilder(command).directory(terminal.directory().toFile());
    builder.environment().clear();
    builder.environment().putAll(terminal.environment());
    builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
    builder.redirectErrorStream(true);
    Process shell = builder.start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    shell.waitFor();
    try {
      return Long.parseLong(said);
    } catch (NumberFormatException e) {
      throw new Problem(
          "the process that runs the stack", "could not be started: " + said, "see " + output);
    }
  }

  /** One that has ended but was not waited for has no command any more. */
  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).flatMap(handle -> handle.info().command()).isPresent();
  }

  private Optional<String> setsid() {
    for (String place : List.of("/usr/bin/setsid", "/bin/setsid")) {
      if (Files.isExecutable(Path.of(place))) {
        return Optional.of(place);
      }
    }
    return Optional.empty();
  }

  /** The same that the launcher gives a server in the foreground. */
  private List<String> jvmOptions() throws IOException {
    List<String> options = new ArrayList<>();
    try (var in = ServerProcess.class.getResourceAsStream("server.jvm")) {
      if (in == null) {
        throw new Problem("this build", "server.jvm is missing", "build again");
      }
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(options::add);
    }
    for (String name : List.of("mamparo.home", "java.library.path", "mamparo.transport")) {
      String value = System.getProperty(name);
      if (value != null) {
        options.add("-D" + name + "=" + value);
      }
    }
    String library = System.getProperty("java.library.path", "");
    Path cache = Path.of(library).resolveSibling("server.aot");
    if (!library.contains(File.pathSeparator) && Files.exists(cache)) {
      options.add("-XX:AOTCache=" + cache);
    }
    for (String extra : terminal.environment().getOrDefault("MAMPARO_JAVA_OPTS", "").split(" ")) {
      if (!extra.isBlank()) {
        options.add(extra);
      }
    }
    return options;
  }
}
