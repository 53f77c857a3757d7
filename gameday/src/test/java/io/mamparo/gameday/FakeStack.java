package io.mamparo.gameday;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A control API and a service behind it. An abort makes the service fail, a delay makes it slow,
 * and a stopped replica makes it hang for a second and then recover, as a mesh that ejects would.
 * The edge's breaker opens with an abort and closes with its end.
 */
final class FakeStack implements AutoCloseable {
  static final String TOKEN = "secret-token";
  private static final ObjectMapper JSON = new ObjectMapper();

  final Map<String, ObjectNode> faults = Collections.synchronizedMap(new LinkedHashMap<>());
  final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  final List<JsonNode> verdicts = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger requests = new AtomicInteger();
  final AtomicInteger prepared = new AtomicInteger();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicInteger ids = new AtomicInteger();
  private final HttpServer server;
  private volatile String breaker = "closed";
  private volatile long stoppedAt;

  FakeStack() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::serve);
    server.createContext("/v1/", this::control);
    server.start();
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  ControlPoint control() {
    return new ControlPoint(address(), TOKEN);
  }

  private ObjectNode active(String kind) {
    synchronized (faults) {
      return faults.values().stream()
          .filter(fault -> fault.path("kind").asText().equals(kind))
          .findFirst()
          .orElse(JSON.createObjectNode());
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    if (exchange.getRequestURI().getPath().equals("/prepare")) {
      prepared.incrementAndGet();
      answer(exchange, 409, "{}");
      return;
    }
    int number = requests.incrementAndGet();
    if (!active("abort").isEmpty() && number % 2 == 0) {
      failed.incrementAndGet();
      answer(exchange, active("abort").path("status").asInt(503), "{}");
      return;
    }
    if (!active("delay").isEmpty()) {
      sleep(Integer.parseInt(active("delay").path("delay").asText().replace("ms", "")));
    }
    if (!active("stop-replica").isEmpty() && System.nanoTime() - stoppedAt < 1_000_000_000L) {
      sleep(400);
    }
    answer(exchange, 200, "{}");
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void control(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (!method.equals("GET") || path.equals("/v1/env")) {
      calls.add(method + " " + path);
      if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        answer(exchange, 401, "{\"error\": \"no token\", \"remedy\": \"send it\"}");
        return;
      }
    }
    switch (method + " " + path) {
      case "GET /v1/env" ->
          answer(exchange, 200, "{\"variables\": {\"MAMPARO_URL\": \"http://" + address() + "\"}}");
      case "GET /v1/overview" -> answer(exchange, 200, overview());
      case "GET /v1/slos" -> answer(exchange, 200, slos());
      case "POST /v1/faults" -> begin(exchange, (ObjectNode) JSON.readTree(body));
      case "DELETE /v1/faults" -> {
        faults.clear();
        breaker = "closed";
        answer(exchange, 200, "{}");
      }
      case "POST /v1/gamedays" -> {
        verdicts.add(JSON.readTree(body));
        answer(exchange, 201, "{\"id\": \"g1\"}");
      }
      default -> end(exchange, path);
    }
  }

  private void begin(HttpExchange exchange, ObjectNode fault) throws IOException {
    if (fault.path("service").asText().equals("nobody")) {
      answer(
          exchange,
          404,
          "{\"error\": \"service nobody: there is none\", \"remedy\": \"see status\"}");
      return;
    }
    String id = "f" + ids.incrementAndGet();
    stoppedAt = System.nanoTime();
    faults.put(id, fault);
    if (fault.path("kind").asText().equals("abort")) {
      breaker = "open";
    }
    answer(exchange, 201, "{\"id\": \"" + id + "\"}");
  }

  private void end(HttpExchange exchange, String path) throws IOException {
    ObjectNode fault = faults.remove(path.substring("/v1/faults/".length()));
    if (fault != null && fault.path("kind").asText().equals("abort")) {
      breaker = "half-open";
      Thread.ofVirtual()
          .start(
              () -> {
                sleep(500);
                breaker = "closed";
              });
    }
    answer(exchange, fault == null ? 404 : 200, "{}");
  }

  private String overview() {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("nodes")
        .addObject()
        .put("name", "cars")
        .putObject("replicas")
        .put("desired", 2)
        .put("healthy", active("stop-replica").isEmpty() ? 2 : 1);
    root.putArray("edges")
        .addObject()
        .put("from", "ingress")
        .put("to", "cars")
        .put("breaker", breaker);
    return root.toString();
  }

  private String slos() {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("slos")
        .addObject()
        .put("service", "cars")
        .put("kind", "availability")
        .putObject("budget")
        .put("total", 100)
        .put("spent", failed.get())
        .put("remaining", 1 - failed.get() / 100.0);
    return root.toString();
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
