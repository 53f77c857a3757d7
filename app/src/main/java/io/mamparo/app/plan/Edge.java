package io.mamparo.app.plan;

import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import java.util.ArrayList;
import java.util.List;

/**
 * One service calls another.
 *
 * @param caller the service that says {@code calls}
 * @param callee the service it names
 */
public record Edge(String caller, String callee) {
  /** All of a stack, in its order. */
  public static List<Edge> of(Stack stack) {
    List<Edge> edges = new ArrayList<>();
    for (ServiceSpec service : stack.services().values()) {
      for (String callee : service.calls()) {
        edges.add(new Edge(service.name(), callee));
      }
    }
    return edges;
  }

  /** Its name among listeners and remembered ports. */
  public String id() {
    return caller + ">" + callee;
  }
}
