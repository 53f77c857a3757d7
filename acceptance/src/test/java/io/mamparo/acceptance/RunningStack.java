package io.mamparo.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A stack started by {@code ./mamparo up --detach} in a directory and on ports of its own, and
 * taken down at the end whatever happened.
 */
final class RunningStack implements AutoCloseable {
  private static final List<Integer> DEFAULT_PORTS =
      List.of(8080, 6432, 4566, 4317, 4318, 2000, 7070, 2222);

  static final ObjectMapper JSON = new ObjectMapper();
  final Path home;
  final Path data;
  final int offset;
  final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final List<String> file;
  private final Map<String, String> environment;

  private RunningStack(Path home, List<String> file, Map<String, String> environment) {
    this.home = home;
    this.data = home.resolve("data");
    this.offset = freeOffset();
    this.file = file;
    this.environment = new LinkedHashMap<>(environment);
    // The build is up to date when tests run; what they start must not look after it again.
    this.environment.put("MAMPARO_NO_BUILD", "1");
  }

  /** The built-in car-rental stack. */
  static RunningStack cars() {
    return started(List.of(), Map.of());
  }

  /** A stack file of the caller's. */
  static RunningStack of(Path stackFile, Map<String, String> environment) {
    return started(List.of(stackFile.toString()), environment);
  }

  private static RunningStack started(List<String> file, Map<String, String> environment) {
    try {
      RunningStack stack =
          new RunningStack(Files.createTempDirectory("acceptance"), file, environment);
      Command.Result up = stack.up();
      if (up.exit() != 0) {
        stack.close();
        throw new AssertionError("up --detach: exit " + up.exit() + "\n" + up.output());
      }
      return stack;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs {@code up --detach} again, after a crash or with a changed file. */
  Command.Result up() {
    List<String> words = new ArrayList<>(List.of("up"));
    words.addAll(file);
    words.addAll(List.of("--detach", "--port-offset", Integer.toString(offset)));
    return mamparo(words.toArray(String[]::new));
  }

  /** Runs a command of the launcher on this stack's data directory. */
  Command.Result mamparo(String... words) {
    return Command.run(Duration.ofMinutes(5), environment, argv(words));
  }

  /** As {@link #mamparo}, and does not wait for its end; what it prints is dropped. */
  Process start(String... words) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(argv(words))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private List<String> argv(String... words) {
    List<String> argv = new ArrayList<>();
    argv.add(System.getProperty("mamparo.launcher"));
    argv.addAll(List.of(words));
    argv.addAll(List.of("--data", data.toString()));
    return argv;
  }

  int port(int defaultPort) {
    return defaultPort + offset;
  }

  URI ingress(String path) {
    return URI.create("http://127.0.0.1:" + port(8080) + path);
  }

  URI control(String path) {
    return URI.create("http://127.0.0.1:" + port(7070) + path);
  }

  HttpResponse<String> get(URI uri) {
    return send(HttpRequest.newBuilder(uri).GET());
  }

  HttpResponse<String> send(String method, URI uri, String json) {
    return send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(
          request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(request.build() + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  JsonNode status() {
    return json(mamparo("status", "--json").mustSucceed().output());
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  /** What {@code mamparo env} exports. */
  Map<String, String> env() {
    Map<String, String> exports = new LinkedHashMap<>();
    Command.Result shell =
        Command.run(
            Duration.ofSeconds(30),
            Map.of(),
            List.of(
                "sh",
                "-c",
                "eval \"$('"
                    + System.getProperty("mamparo.launcher")
                    + "' env --data '"
                    + data
                    + "')\"; env"));
    for (String line : shell.mustSucceed().output().split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        exports.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return exports;
  }

  /** Processes whose command line or environment names this stack's directory. */
  List<String> processes() {
    try (Stream<Path> proc = Files.list(Path.of("/proc"))) {
      return proc.filter(p -> p.getFileName().toString().chars().allMatch(Character::isDigit))
          .filter(
              p -> !p.getFileName().toString().equals(Long.toString(ProcessHandle.current().pid())))
          .filter(
              p ->
                  reads(p.resolve("cmdline")).contains(home.toString())
                      || reads(p.resolve("environ")).contains(home.toString()))
          .map(p -> p.getFileName() + " " + reads(p.resolve("cmdline")).replace('\0', ' '))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String reads(Path file) {
    try {
      return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** The default ports, moved by this stack's offset, on which somebody listens. */
  List<Integer> portsInUse() {
    return DEFAULT_PORTS.stream().map(this::port).filter(p -> !isFree(p)).toList();
  }

  private static int freeOffset() {
    for (int attempt = 0; attempt < 200; attempt++) {
      int offset = ThreadLocalRandom.current().nextInt(1_000, 22_000);
      if (DEFAULT_PORTS.stream().allMatch(p -> isFree(p + offset))) {
        return offset;
      }
    }
    throw new AssertionError("no offset at which all default ports are free");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    Command.Result down = mamparo("down");
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot remove " + home + " after down:\n" + down.output(), e);
    }
    down.mustSucceed();
  }
}
