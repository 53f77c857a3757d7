package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.events.Nodes;
import io.mamparo.app.life.Observed;
import io.mamparo.compute.DatabaseState;
import io.mamparo.compute.DatabaseStatus;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.telemetry.NodeKind;
import io.mamparo.telemetry.ServiceMap;
import org.jspecify.annotations.Nullable;

/** Nodes and edges of the service map. Stateless. */
final class MapView {
  private MapView() {}

  static ObjectNode node(ServiceMap.Node node, Observed observed) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    String name = Nodes.plain(node.name());
    json.put("name", name).put("kind", node.kind().label());
    json.put("rps", Numbers.rounded(node.rps())).put("errorRate", Numbers.share(node.errorRate()));
    json.put("p50Ms", Numbers.rounded(node.p50Ms())).put("p99Ms", Numbers.rounded(node.p99Ms()));
    json.putNull("replicas").put("ready", true).putNull("reason");
    switch (node.kind()) {
      case SERVICE -> service(json, name, observed);
      case DATABASE -> database(json, name, observed);
      case EXTERNAL -> external(json, name, observed);
      case ENTRY, VISITOR -> {}
    }
    return json;
  }

  private static void service(ObjectNode json, String name, Observed observed) {
    ServiceSpec spec = observed.stack().services().get(name);
    if (spec == null) {
      return;
    }
    ServiceStatus status = status(name, observed);
    json.putObject("replicas")
        .put("desired", spec.replicas())
        .put("healthy", status == null ? 0 : status.healthy());
    boolean ready = status != null && status.ready();
    json.put("ready", ready);
    json.put("reason", status == null ? "not started yet" : status.reason());
  }

  static @Nullable ServiceStatus status(String name, Observed observed) {
    for (ServiceStatus status : observed.services()) {
      if (status.name().equals(name)) {
        return status;
      }
    }
    return null;
  }

  private static void database(ObjectNode json, String name, Observed observed) {
    DatabaseStatus status = observed.databases().get(name);
    json.put("ready", status != null && status.state() == DatabaseState.READY);
    json.put("reason", status == null ? "not started yet" : status.reason());
  }

  private static void external(ObjectNode json, String name, Observed observed) {
    ServiceSpec spec = observed.stack().services().get(name);
    if (spec == null || !(spec.source() instanceof Source.Endpoints elsewhere)) {
      return;
    }
    long answering =
        elsewhere.endpoints().stream()
            .filter(e -> Boolean.TRUE.equals(observed.endpoints().get(e.address().toString())))
            .count();
    json.putObject("replicas")
        .put("desired", elsewhere.endpoints().size())
        .put("healthy", answering);
    boolean ready = answering == elsewhere.endpoints().size();
    json.put("ready", ready);
    json.put("reason", ready ? null : "only " + answering + " of its endpoints answer");
  }

  static ObjectNode edge(ServiceMap.Edge edge) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("from", Nodes.plain(edge.from())).put("to", Nodes.plain(edge.to()));
    json.put("kind", edge.kind().label());
    json.put("rps", Numbers.rounded(edge.rps())).put("errorRate", Numbers.share(edge.errorRate()));
    json.put("p50Ms", Numbers.rounded(edge.p50Ms())).put("p99Ms", Numbers.rounded(edge.p99Ms()));
    json.put("inFlight", edge.inFlight()).put("breaker", edge.breaker());
    json.put("retriesPerSecond", Numbers.rounded(edge.retriesPerSecond()));
    return json;
  }

  /** Edges between things of the stack: one that is not desired any more is left out. */
  static void edges(
      ArrayNode into, ServiceMap map, java.util.function.Predicate<ServiceMap.Edge> which) {
    map.edges().stream().filter(which).forEach(edge -> into.add(edge(edge)));
  }

  static boolean isService(ServiceMap.Node node) {
    return node.kind() == NodeKind.SERVICE || node.kind() == NodeKind.EXTERNAL;
  }
}
