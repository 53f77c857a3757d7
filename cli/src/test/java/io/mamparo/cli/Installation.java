package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mamparo.app.ControlFile;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A directory with a stack, and the program run in it as a user runs it: as a process. */
final class Installation implements AutoCloseable {
  private static final Random RANDOM = new Random();
  private static final Path HOME = Path.of("target/it-home").toAbsolutePath();

  final Path directory;
  final int offset;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Installation(Path directory) throws IOException {
    this.directory = directory;
    offset = freeOffset();
    Files.createDirectories(HOME);
    try (InputStream in = Installation.class.getResourceAsStream("app.py")) {
      Files.write(directory.resolve("app.py"), java.util.Objects.requireNonNull(in).readAllBytes());
    }
  }

  /** Such that none of the default ports plus it is in use. */
  private static int freeOffset() {
    while (true) {
      int offset = 1_000 + RANDOM.nextInt(10_000);
      if (isFree(8080 + offset) && isFree(6432 + offset) && isFree(7070 + offset)) {
        return offset;
      }
    }
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  void stack(String yaml) throws IOException {
    Files.writeString(directory.resolve("mamparo.yaml"), yaml);
  }

  Path data() {
    return directory.resolve(".mamparo");
  }

  /** What a command printed, and its exit status. */
  record Result(int status, String out) {}

  Result mamparo(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dmamparo.home=" + HOME,
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(List.of(args));
    return run(Map.of(), command);
  }

  Result up(String... more) throws IOException, InterruptedException {
    List<String> args = new ArrayList<>(List.of("up", "--detach", "--port-offset", "" + offset));
    args.addAll(List.of(more));
    return mamparo(args.toArray(new String[0]));
  }

  /** Runs any program in the directory; both outputs together. */
  Result run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = builder.start();
    if (!process.waitFor(240, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end: " + Files.readString(output));
    }
    String out = Files.readString(output);
    Files.delete(output);
    return new Result(process.exitValue(), out);
  }

  JsonNode status() throws IOException, InterruptedException {
    return new ObjectMapper().readTree(mamparo("status", "--json").out());
  }

  /** The pids of all replicas and databases, by what they are. */
  Map<String, Long> pids() throws IOException, InterruptedException {
    Map<String, Long> pids = new java.util.TreeMap<>();
    for (JsonNode resource : status().path("resources")) {
      String name = resource.path("kind").asText() + " " + resource.path("name").asText();
      JsonNode observed = resource.path("observed");
      if (observed.has("pid")) {
        pids.put(name, observed.path("pid").asLong());
      }
      for (JsonNode replica : observed.path("instances")) {
        pids.put(name + " " + replica.path("index"), replica.path("pid").asLong());
      }
    }
    return pids;
  }

  ControlFile control() {
    return ControlFile.read(data()).orElseThrow();
  }

  String url(String path) {
    return "http://127.0.0.1:" + (8080 + offset) + path;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url(path))).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get(path).body());
  }

  /** Whatever the test did: nothing must be left. */
  @Override
  public void close() throws IOException {
    try {
      mamparo("down");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
