package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.app.Mamparo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A short run of what users do, from which the build makes the JVM's start-up caches. Started by
 * bin/train.sh with the profile and a scratch directory.
 */
public final class Train {
  private Train() {}

  /** Runs one profile. */
  public static void main(String[] args) throws Exception {
    Path scratch = Path.of(args[1]).toAbsolutePath();
    if (args[0].equals("server")) {
      server(scratch);
    } else {
      client(scratch);
    }
    System.exit(0);
  }

  private static final Duration STATEMENTS = Duration.ofSeconds(6);

  private static final String STACK =
      """
      stack: training
      ingress: {listen: 127.0.0.1:%d}
      proxy: {listen: 127.0.0.1:%d}
      console: {listen: 127.0.0.1:%d}
      services:
        self:
          endpoints: ["http://127.0.0.1:%d"]
          health: /healthz
      routes:
        - {path: "/*", to: self}
      """;

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Path stack(Path scratch) throws IOException {
    int console = free();
    Path file = scratch.resolve("training.yaml");
    return Files.writeString(file, STACK.formatted(free(), free(), console, console));
  }

  private static Terminal quiet(Path directory) {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new Terminal(nowhere, nowhere, false, Map.of("NO_COLOR", "1"), directory);
  }

  /** What runs is a process of its own: the client's cache shall hold the client's classes only. */
  private static void client(Path scratch) throws IOException {
    Path file = stack(scratch);
    Terminal terminal = quiet(scratch);
    if (Main.run(terminal, "up", "--detach", file.toString()) != 0) {
      throw new IllegalStateException("training without a stack");
    }
    commands(scratch, file);
    Main.run(terminal, "down");
  }

  /**
   * The built-in stack, with more visitors, and one replica of each service, which makes a cache of
   * its own when it ends.
   */
  private static Path builtIn(Path scratch) throws IOException {
    Path example = StackSource.home().resolve("examples/cars/mamparo.yaml");
    String text = Files.readString(example);
    Map<String, String> changes =
        Map.of(
            "-XX:AOTCache=", "-XX:AOTCacheOutput=",
            "replicas: 2", "replicas: 1",
            "rate: 3/s", "rate: 50/s");
    for (Map.Entry<String, String> change : changes.entrySet()) {
      if (!text.contains(change.getKey())) {
        throw new IllegalStateException(example + " has no " + change.getKey());
      }
      text = text.replace(change.getKey(), change.getValue());
    }
    String listeners = "%ningress: {listen: 127.0.0.1:%d}%nproxy: {listen: 127.0.0.1:%d}%n";
    return Files.writeString(
        scratch.resolve("training.yaml"),
        text
            + listeners.formatted(free(), free())
            + "console: {listen: 127.0.0.1:%d}%n".formatted(free()));
  }

  private static void server(Path scratch) throws IOException, InterruptedException {
    Path file = builtIn(scratch);
    try (Mamparo mamparo = run(scratch, file)) {
      awaitReady(mamparo);
      commands(scratch, file);
      statements(ControlClient.of(scratch.resolve(DataOption.USUAL)).get("/v1/env"));
    }
  }

  /** Statements through the proxy, in each of the protocol's ways, until its paths are compiled. */
  private static void statements(JsonNode env) throws InterruptedException {
    JsonNode variables = env.path("variables");
    String url =
        "jdbc:postgresql://%s:%s/%s?sslmode=disable&user=%s&password=%s&"
            .formatted(
                variables.path("PGHOST").asText(),
                variables.path("PGPORT").asText(),
                variables.path("PGDATABASE").asText(),
                variables.path("PGUSER").asText(),
                Urls.escaped(variables.path("PGPASSWORD").asText()));
    List<Thread> clients = new ArrayList<>();
    for (String way :
        List.of("prepareThreshold=1", "prepareThreshold=0", "preferQueryMode=simple")) {
      for (int i = 0; i < 2; i++) {
        clients.add(Thread.ofPlatform().daemon().start(() -> statements(url + way)));
      }
    }
    for (Thread client : clients) {
      client.join();
    }
  }

  private static void statements(String url) {
    long end = System.nanoTime() + STATEMENTS.toNanos();
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement one = connection.prepareStatement("select ?::int, now()");
        PreparedStatement many =
            connection.prepareStatement(
                "select i, repeat('x', 100) from generate_series(1, ?) i")) {
      for (int i = 1; System.nanoTime() - end < 0; i++) {
        PreparedStatement next = i % 100 == 0 ? many : one;
        next.setInt(1, i % 300);
        next.executeQuery().close();
        if (i % 50 == 0) {
          connection.setAutoCommit(i % 100 == 0);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("training without statements", e);
    }
  }

  private static Mamparo run(Path scratch, Path file) throws IOException {
    return Mamparo.start(
        new Mamparo.Settings(
            scratch.resolve(DataOption.USUAL),
            0,
            StackSource.home(),
            "training.yaml",
            Files.readString(file),
            scratch,
            StackSource.environment(quiet(scratch))));
  }

  private static void awaitReady(Mamparo mamparo) throws InterruptedException {
    for (int i = 0; !mamparo.status().path("ready").asBoolean(); i++) {
      if (i > 300) {
        throw new IllegalStateException("not ready: " + mamparo.status());
      }
      mamparo.awaitChange(Duration.ofMillis(100));
    }
  }

  private static void commands(Path scratch, Path file) throws IOException {
    Terminal terminal = quiet(scratch);
    Main.run(terminal, "--version");
    Main.run(terminal, "--help");
    Main.run(terminal, "check", file.toString());
    Main.run(terminal, "status");
    Main.run(terminal, "status", "--json");
    Main.run(terminal, "env");
    Main.run(terminal, "logs", "mamparo");
    Main.run(terminal, "up", file.toString());
    Main.run(terminal, "no-such-command");
    Path wrong = Files.writeString(scratch.resolve("wrong.yaml"), "stack: x\nservice: {}\n");
    Main.run(terminal, "check", wrong.toString());
  }
}
