package io.mamparo.app.events;

import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import io.mamparo.telemetry.NodeKind;
import io.mamparo.telemetry.Telemetry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What things are called on the service map. A database may have the name of a service, so it has a
 * prefix there, which no service's name can have. Stateless.
 */
public final class Nodes {
  /** Where requests come in. */
  public static final String INGRESS = "ingress";

  /** The built-in visitor. */
  public static final String VISITOR = "visitor";

  /** Whoever logs in at the proxy and is no service. */
  public static final String PEOPLE = "people";

  private static final String DATABASE = "database.";

  private Nodes() {}

  /** A database's name on the map. */
  public static String database(String name) {
    return DATABASE + name;
  }

  /** A node's name without the prefix. */
  public static String plain(String node) {
    return node.startsWith(DATABASE) ? node.substring(DATABASE.length()) : node;
  }

  /** Everything that a stack shows on the map. */
  static Map<String, NodeKind> of(Stack stack) {
    Map<String, NodeKind> nodes = new LinkedHashMap<>();
    nodes.put(INGRESS, NodeKind.ENTRY);
    if (stack.visitors().isOn()) {
      nodes.put(VISITOR, NodeKind.VISITOR);
    }
    for (ServiceSpec service : stack.services().values()) {
      boolean elsewhere = service.source() instanceof Source.Endpoints;
      nodes.put(service.name(), elsewhere ? NodeKind.EXTERNAL : NodeKind.SERVICE);
    }
    stack.databases().keySet().forEach(name -> nodes.put(database(name), NodeKind.DATABASE));
    return nodes;
  }

  /** Shows a stack on the map, and takes off what another one had and this one has not. */
  public static void show(Telemetry telemetry, Stack before, Stack now) {
    Map<String, NodeKind> nodes = of(now);
    of(before).keySet().stream().filter(n -> !nodes.containsKey(n)).forEach(telemetry::removeNode);
    nodes.forEach(telemetry::node);
  }
}
