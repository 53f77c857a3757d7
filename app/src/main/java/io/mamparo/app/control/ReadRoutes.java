package io.mamparo.app.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be read. Handlers run on virtual threads. */
final class ReadRoutes {
  private static final Pattern WINDOW = Pattern.compile("([1-9]\\d{0,4})([smhd])");
  private static final Duration USUAL_WINDOW = Duration.ofMinutes(15);
  private static final Duration LONGEST_WINDOW = Duration.ofDays(31);

  private final ControlPlane plane;

  ReadRoutes(ControlPlane plane) {
    this.plane = plane;
  }

  void mount(HttpRouting.Builder routing) {
    routing
        .get("/healthz", (q, s) -> Replies.text(s, "text/plain; charset=utf-8", "ok\n"))
        .get(
            "/metrics",
            (q, s) -> Replies.text(s, "text/plain; version=0.0.4; charset=utf-8", plane.metrics()))
        .get("/v1/status", (q, s) -> Replies.json(s, plane.status()))
        .get("/v1/overview", (q, s) -> Replies.json(s, plane.overview()))
        .get(
            "/v1/services/{name}",
            (q, s) -> one(s, "service", name(q), plane.service(name(q), window(q))))
        .get(
            "/v1/databases/{name}",
            (q, s) -> one(s, "database", name(q), plane.database(name(q), window(q))))
        .get("/v1/proxy", (q, s) -> Replies.json(s, plane.proxy()))
        .get("/v1/slos", (q, s) -> Replies.json(s, plane.slos()))
        .get("/v1/slos/{name}", (q, s) -> one(s, "service", name(q), plane.slo(name(q))))
        .get("/v1/traces", (q, s) -> Replies.json(s, plane.traces(parameters(q))))
        .get("/v1/traces/{name}", (q, s) -> one(s, "trace", name(q), plane.trace(name(q))))
        .get(
            "/v1/env", (q, s) -> Replies.json(s, plane.env(q.query().first("database").orElse(""))))
        .get("/v1/gamedays", (q, s) -> Replies.json(s, plane.gamedays().list()))
        .get("/v1/gamedays/{name}", this::verdict)
        .get("/v1/gamedays/{name}/report.html", this::report)
        .get(
            "/v1/logs",
            (q, s) ->
                Replies.text(
                    s, "text/plain; charset=utf-8", String.join("\n", plane.logNames()) + "\n"))
        .get("/v1/logs/{name}", this::logs)
        .get("/v1/tap", this::tap);
  }

  private static String name(ServerRequest request) {
    return request.path().pathParameters().get("name");
  }

  private static void one(
      ServerResponse response, String kind, String name, Optional<ObjectNode> found) {
    if (found.isPresent()) {
      Replies.json(response, found.get());
    } else {
      Replies.notFound(response, kind + " " + name + ": there is none of that name");
    }
  }

  private static Duration window(ServerRequest request) {
    String text = request.query().first("window").orElse("");
    if (text.isEmpty()) {
      return USUAL_WINDOW;
    }
    Matcher matcher = WINDOW.matcher(text);
    if (!matcher.matches()) {
      throw new Problem("window", "it is not a duration", "write it as 15m, 6h or 3d");
    }
    long n = Long.parseLong(matcher.group(1));
    Duration window =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(n);
          case "m" -> Duration.ofMinutes(n);
          case "h" -> Duration.ofHours(n);
          default -> Duration.ofDays(n);
        };
    return window.compareTo(LONGEST_WINDOW) > 0 ? LONGEST_WINDOW : window;
  }

  private static Map<String, String> parameters(ServerRequest request) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String name : request.query().names()) {
      parameters.put(name, request.query().first(name).orElse(""));
    }
    return parameters;
  }

  private void verdict(ServerRequest request, ServerResponse response) {
    plane
        .gamedays()
        .verdict(name(request))
        .ifPresentOrElse(
            verdict -> Replies.json(response, verdict),
            () -> Replies.notFound(response, "game day: there is none of that id"));
  }

  /** The report is a page of its own making: it may run its inline styles, and nothing else. */
  private void report(ServerRequest request, ServerResponse response) {
    Optional<byte[]> page = plane.gamedays().html(name(request));
    if (page.isEmpty()) {
      Replies.notFound(response, "game day: there is none of that id");
      return;
    }
    response.header("Content-Type", "text/html; charset=utf-8");
    response.header("Cache-Control", "no-store");
    response.header(
        "Content-Security-Policy",
        "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    response.send(page.get());
  }

  private void tap(ServerRequest request, ServerResponse response) {
    response.header("Content-Type", "text/plain; charset=utf-8");
    response.header("Cache-Control", "no-store");
    try (OutputStream out = response.outputStream()) {
      plane.tap(parameters(request), out);
    } catch (IOException | UncheckedIOException e) {
      // The reader went away.
    }
  }

  private void logs(ServerRequest request, ServerResponse response) {
    int tail;
    try {
      tail = Integer.parseInt(request.query().first("tail").orElse("200"));
    } catch (NumberFormatException e) {
      throw new Problem("tail", "it is not a number", "write how many lines, for example tail=200");
    }
    String name = name(request);
    if (!plane.logNames().contains(name)) {
      Replies.notFound(response, "log " + name + ": there is none of that name");
      return;
    }
    boolean follow = request.query().first("follow").orElse("false").equals("true");
    response.header("Content-Type", "text/plain; charset=utf-8");
    response.header("Cache-Control", "no-store");
    try (OutputStream out = response.outputStream()) {
      plane.logs(name, Math.clamp(tail, 0, 100_000), follow, out);
    } catch (IOException | UncheckedIOException e) {
      // The reader went away.
    }
  }
}
