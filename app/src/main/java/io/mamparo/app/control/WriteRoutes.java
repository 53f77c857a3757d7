package io.mamparo.app.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mamparo.app.control.ControlPlane.StackFile;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What changes something; the gate has asked for the token. Handlers run on virtual threads. */
final class WriteRoutes {
  private final ControlPlane plane;

  WriteRoutes(ControlPlane plane) {
    this.plane = plane;
  }

  void mount(HttpRouting.Builder routing) {
    routing
        .post("/v1/stack", this::stack)
        .post("/v1/stop", this::stop)
        .post("/v1/databases/{name}/{order}", this::order)
        .post("/v1/faults", this::addFault)
        .delete("/v1/faults", this::removeFaults)
        .delete("/v1/faults/{id}", this::removeFault)
        .post("/v1/gamedays", this::gameday);
  }

  private void stack(ServerRequest request, ServerResponse response) {
    ObjectNode body = Replies.object(request);
    Map<String, String> environment = new LinkedHashMap<>();
    JsonNode given = body.get("environment");
    if (given != null) {
      given.properties().forEach(e -> environment.put(e.getKey(), e.getValue().asText()));
    }
    StackFile file =
        new StackFile(
            Replies.required(body, "file"),
            Replies.required(body, "yaml"),
            Replies.required(body, "baseDir"),
            environment);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode changes = answer.putArray("changes");
    plane.apply(file).forEach(changes::add);
    Replies.json(response, answer);
  }

  private void stop(ServerRequest request, ServerResponse response) {
    Replies.json(response, 202, JsonNodeFactory.instance.objectNode().put("stopping", true));
    plane.stop();
  }

  private void order(ServerRequest request, ServerResponse response) {
    Optional<String> seconds = request.query().first("wait").asOptional();
    if (!seconds.orElse("30").matches("\\d{1,4}")) {
      Replies.problem(response, 400, "wait: it is no number of seconds", "write it as 30");
      return;
    }
    Replies.json(
        response,
        plane.order(
            request.path().pathParameters().get("name"),
            request.path().pathParameters().get("order"),
            Duration.ofSeconds(Integer.parseInt(seconds.orElse("30"))),
            request.query().first("to").asOptional()));
  }

  private void addFault(ServerRequest request, ServerResponse response) {
    String id = plane.addFault(Replies.object(request));
    Replies.json(response, 201, JsonNodeFactory.instance.objectNode().put("id", id));
  }

  private void removeFault(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    if (plane.removeFault(id)) {
      Replies.json(response, JsonNodeFactory.instance.objectNode().put("removed", id));
    } else {
      Replies.notFound(response, "fault " + id + ": there is none of that id");
    }
  }

  private void removeFaults(ServerRequest request, ServerResponse response) {
    plane.removeFaults();
    Replies.json(response, JsonNodeFactory.instance.objectNode().put("removed", "all"));
  }

  private void gameday(ServerRequest request, ServerResponse response) {
    ObjectNode body = Replies.object(request);
    JsonNode verdict = body.get("verdict");
    if (verdict == null || !verdict.isObject()) {
      Replies.problem(response, 400, "request body: \"verdict\" is missing", "add it");
      return;
    }
    String id = plane.gamedays().add(verdict, Replies.required(body, "html"));
    Replies.json(response, 201, JsonNodeFactory.instance.objectNode().put("id", id));
  }
}
