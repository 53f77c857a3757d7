package io.mamparo.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mamparo.app.WebExtension;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A control API in the documented shapes, with the console mounted the way the app mounts it. Tests
 * may change the stack, silence the live feed, and stop and start the server on the same port.
 */
final class FixtureApi implements AutoCloseable {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final FixtureTraces traces = new FixtureTraces();
  private int port;
  private WebServer server;
  private volatile FixtureWorld world = new FixtureWorld(FixtureStack.company(false));
  private final Object beat = new Object();
  private volatile boolean silent;
  private volatile boolean stopping;

  private FixtureApi(int port) {
    this.server = serve(port);
    this.port = server.port();
  }

  static FixtureApi start() {
    return new FixtureApi(0);
  }

  /** Shows the fixture to a person: arguments are the port and the name of a stack. */
  static void main(String[] arguments) throws InterruptedException {
    FixtureApi api = new FixtureApi(Integer.parseInt(arguments[0]));
    api.show(
        switch (arguments[1]) {
          case "incident" -> FixtureStack.company(true);
          case "built-in" -> FixtureStack.builtIn();
          case "quiet" -> FixtureStack.quiet();
          case "many" -> FixtureStack.many();
          case "hostile" -> FixtureStack.hostile();
          default -> FixtureStack.company(false);
        });
    Thread.currentThread().join();
  }

  FixtureWorld world() {
    return world;
  }

  void show(FixtureStack stack) {
    world = new FixtureWorld(stack);
  }

  /** The live feed stays connected, but says nothing. */
  void silent(boolean now) {
    silent = now;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  void stop() {
    synchronized (beat) {
      stopping = true;
      beat.notifyAll();
    }
    server.stop();
  }

  /** Starts again on the port it had. */
  void restart() {
    stopping = false;
    server = serve(port);
  }

  @Override
  public void close() {
    stop();
  }

  private WebServer serve(int onPort) {
    HttpRouting.Builder routing = HttpRouting.builder();
    routing
        .get("/v1/overview", (q, s) -> json(s, world.overview(now())))
        .get("/v1/live", (q, s) -> live(s))
        .get("/v1/services/{name}", (q, s) -> windowed(q, s, w -> world.service(name(q), now(), w)))
        .get(
            "/v1/databases/{name}",
            (q, s) -> windowed(q, s, w -> world.database(name(q), now(), w)))
        .get("/v1/slos", (q, s) -> slos(s))
        .get("/v1/slos/{name}", (q, s) -> json(s, world.sloPage(name(q), now())))
        .get("/v1/traces", (q, s) -> search(q, s))
        .get("/v1/traces/{name}", (q, s) -> json(s, traces.trace(name(q))))
        .get("/v1/gamedays", (q, s) -> gamedays(s))
        .get("/v1/gamedays/{name}", (q, s) -> json(s, gameday(name(q), true)))
        .get("/v1/gamedays/{name}/report.html", (q, s) -> report(s));
    ServiceLoader.load(WebExtension.class).forEach(extension -> extension.mount(routing));
    return WebServer.builder()
        .host("127.0.0.1")
        .port(onPort)
        .shutdownHook(false)
        .routing(routing)
        .build()
        .start();
  }

  private static long now() {
    return System.currentTimeMillis() / 1_000;
  }

  private static String name(ServerRequest request) {
    return request.path().pathParameters().get("name");
  }

  private static void windowed(
      ServerRequest request, ServerResponse response, IntFunction<@Nullable ObjectNode> answer) {
    String window = request.query().first("window").orElse("15m");
    int n = Integer.parseInt(window.substring(0, window.length() - 1));
    json(response, answer.apply(n * (window.endsWith("h") ? 3_600 : 60)));
  }

  private static void json(ServerResponse response, @Nullable JsonNode body) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json; charset=utf-8");
    if (body == null) {
      response
          .status(Status.NOT_FOUND_404)
          .send(
              "{\"error\":\"there is none of that name\",\"remedy\":\"see /v1/status\"}"
                  .getBytes(StandardCharsets.UTF_8));
    } else {
      response.send(body.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** A second between two events, as the real one has; a stop ends it at once. */
  private void untilTheNextSecond() throws InterruptedException {
    long end = System.nanoTime() + 1_000_000_000L;
    synchronized (beat) {
      for (long left = 1_000; left > 0 && !stopping; left = (end - System.nanoTime()) / 1_000_000) {
        beat.wait(left);
      }
    }
  }

  private void live(ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    try (OutputStream out = response.outputStream()) {
      while (!stopping) {
        if (!silent) {
          out.write(
              ("event: overview\ndata: " + world.overview(now()) + "\n\n")
                  .getBytes(StandardCharsets.UTF_8));
          out.flush();
        }
        untilTheNextSecond();
      }
    } catch (IOException | UncheckedIOException e) {
      // The reader went away.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void slos(ServerResponse response) {
    ObjectNode answer = JSON.objectNode();
    answer.putArray("slos").addAll(world.slos(now()));
    json(response, answer);
  }

  private void search(ServerRequest request, ServerResponse response) {
    Map<String, String> query = new LinkedHashMap<>();
    request.query().names().forEach(n -> query.put(n, request.query().first(n).orElse("")));
    json(response, traces.search(query, now()));
  }

  private static void gamedays(ServerResponse response) {
    ObjectNode answer = JSON.objectNode();
    answer
        .putArray("gamedays")
        .add(gameday("database-killed", true))
        .add(gameday("pool-exhausted", true))
        .add(gameday("bookings-fail", false));
    json(response, answer);
  }

  private static ObjectNode gameday(String id, boolean passed) {
    ObjectNode day = JSON.objectNode().put("id", id).put("name", id.replace('-', ' '));
    day.put("passed", passed).put("started", now() - 4_000L * id.length()).put("seconds", 61);
    day.putObject("expectations").put("passed", passed ? 4 : 3).put("total", 4);
    return day;
  }

  private static void report(ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
    response.send(
        "<!doctype html><title>Report</title><h1>Database killed</h1><p>Held.</p>"
            + "<script>parent.document.title = 'taken over'</script>");
  }
}
