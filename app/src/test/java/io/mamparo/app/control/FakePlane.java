package io.mamparo.app.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A control plane that remembers what it was asked to do. */
final class FakePlane implements ControlPlane {
  final List<String> done = new CopyOnWriteArrayList<>();

  private static ObjectNode object(String name, String value) {
    return JsonNodeFactory.instance.objectNode().put(name, value);
  }

  @Override
  public ObjectNode status() {
    return object("stack", "cars");
  }

  @Override
  public ObjectNode proxy() {
    return object("stack", "cars");
  }

  @Override
  public ObjectNode overview() {
    return object("stack", "cars");
  }

  @Override
  public Optional<ObjectNode> service(String name, Duration window) {
    return name.equals("cars")
        ? Optional.of(object("window", window.toString()))
        : Optional.empty();
  }

  @Override
  public Optional<ObjectNode> database(String name, Duration window) {
    throw new IllegalStateException("a bug with password hunter2 in it");
  }

  @Override
  public ObjectNode slos() {
    return object("slos", "");
  }

  @Override
  public Optional<ObjectNode> slo(String service) {
    return Optional.empty();
  }

  @Override
  public ObjectNode traces(Map<String, String> query) {
    return object("query", query.toString());
  }

  @Override
  public Optional<ObjectNode> trace(String traceId) {
    return Optional.empty();
  }

  @Override
  public ObjectNode env(String database) {
    return object("PGPASSWORD", "secret");
  }

  @Override
  public String metrics() {
    return "# nothing\n";
  }

  @Override
  public GamedayReports gamedays() {
    return new GamedayReports() {
      @Override
      public JsonNode list() {
        return JsonNodeFactory.instance.arrayNode();
      }

      @Override
      public Optional<JsonNode> verdict(String id) {
        return Optional.empty();
      }

      @Override
      public Optional<byte[]> html(String id) {
        return Optional.of("<p>report".getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public String add(JsonNode verdict, String html) {
        done.add("gameday " + html.length());
        return "1";
      }
    };
  }

  @Override
  public List<String> apply(StackFile file) {
    if (file.yaml().isEmpty()) {
      throw new Problem("stack file " + file.file(), "it is empty", "write something into it");
    }
    done.add("apply " + file.file());
    return List.of("service cars: start");
  }

  @Override
  public ObjectNode order(String database, String order, Duration wait, Optional<String> to) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("done", order + " " + database + " " + wait.toSeconds() + to.orElse(""));
  }

  @Override
  public void stop() {
    done.add("stop");
  }

  @Override
  public String addFault(ObjectNode fault) {
    done.add("fault " + fault.path("kind").asText());
    return "f1";
  }

  @Override
  public boolean removeFault(String id) {
    return id.equals("f1");
  }

  @Override
  public void removeFaults() {
    done.add("no faults");
  }

  @Override
  public boolean logs(String name, int tail, boolean follow, OutputStream out) {
    try {
      out.write(("line of " + name + " " + tail + "\n").getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void tap(Map<String, String> wanted, OutputStream out) throws java.io.IOException {
    out.write((wanted + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Override
  public List<String> logNames() {
    return List.of("cars");
  }
}
