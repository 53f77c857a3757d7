package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.life.Observed;
import io.mamparo.app.plan.Edge;
import io.mamparo.compute.DatabaseState;
import io.mamparo.compute.DatabaseStatus;
import io.mamparo.compute.ReplicaState;
import io.mamparo.compute.ReplicaStatus;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.model.Address;
import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.DurationText;
import io.mamparo.model.RouteActions;
import io.mamparo.model.RouteSpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.SloSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code status --json}: every resource with what is desired and what is observed. Fields are only
 * ever added. Belongs to the thread that makes it.
 */
public final class StatusView {
  private final Observed observed;
  private final Stack stack;
  private final ObjectNode root = JsonNodeFactory.instance.objectNode();
  private final ArrayNode resources;
  private boolean allReady = true;

  private StatusView(Observed observed, String consoleAddress) {
    this.observed = observed;
    stack = observed.stack();
    root.put("stack", stack.name()).put("ready", false);
    resources = root.putArray("resources");
    ObjectNode self = resource("stack", stack.name());
    stack.databases().values().forEach(this::database);
    stack.services().values().forEach(this::service);
    stack.routes().forEach(this::route);
    listeners(consoleAddress);
    stack.services().values().forEach(this::slo);
    complete(self);
    root.put("ready", allReady);
  }

  /** The whole of it. */
  public static ObjectNode of(Observed observed, String consoleAddress) {
    return new StatusView(observed, consoleAddress).root;
  }

  private ObjectNode resource(String kind, String name) {
    ObjectNode resource = resources.addObject();
    resource.put("kind", kind).put("name", name).put("ready", false);
    resource.putObject("desired");
    resource.putObject("observed");
    resource.putNull("reason");
    return resource;
  }

  private void verdict(ObjectNode resource, boolean ready, @Nullable String reason) {
    resource.put("ready", ready);
    resource.put("reason", ready ? null : reason == null ? "not ready yet" : reason);
    allReady &= ready;
  }

  private static ObjectNode desired(ObjectNode resource) {
    return (ObjectNode) resource.get("desired");
  }

  private static ObjectNode observed(ObjectNode resource) {
    return (ObjectNode) resource.get("observed");
  }

  private void complete(ObjectNode self) {
    desired(self)
        .put("services", stack.services().size())
        .put("databases", stack.databases().size())
        .put("routes", stack.routes().size())
        .put("visitors", stack.visitors().isOn());
    String problem = observed.problem();
    boolean ready = allReady && problem == null;
    observed(self).put("state", ready ? "ready" : "not ready");
    verdict(self, ready, problem == null ? "some of its resources are not ready" : problem);
  }

  private void database(DatabaseSpec spec) {
    ObjectNode resource = resource("database", spec.name());
    switch (spec) {
      case DatabaseSpec.Managed managed -> desired(resource).put("managed", true);
      case DatabaseSpec.External external ->
          desired(resource)
              .put("managed", false)
              .put("address", external.url().address().toString())
              .put("database", external.url().database());
    }
    DatabaseStatus status = observed.databases().get(spec.name());
    if (status == null) {
      observed(resource).put("state", "waiting");
      verdict(resource, false, "not started yet");
      return;
    }
    boolean ready = status.state() == DatabaseState.READY;
    ObjectNode seen = observed(resource);
    seen.put("state", status.state().name().toLowerCase(Locale.ROOT));
    seen.put("version", status.version()).put("host", status.host()).put("port", status.port());
    seen.put("restarts", status.restarts()).put("since", status.sinceEpochMillis() / 1000);
    if (status.pid() > 0) {
      seen.put("pid", status.pid());
    }
    if (status.schema() != null) {
      seen.put("schema", status.schema().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    servers(spec, seen);
    seen.put(
        "summary",
        "PostgreSQL "
            + (status.version() == null ? "?" : status.version())
            + " on "
            + new Address(status.host(), Math.max(1, status.port()))
            + (seen.path("paused").asBoolean() ? ", paused" : ""));
    verdict(resource, ready, status.reason());
  }

  private void servers(DatabaseSpec spec, ObjectNode seen) {
    for (ProxySnapshot.Database database : observed.proxy().databases()) {
      if (!database.name().equals(spec.name())) {
        continue;
      }
      seen.put("paused", database.paused()).put("disabled", database.disabled());
      seen.put("connections", database.open()).put("connectionsMax", database.limit());
      if (database.servers().size() > 1) {
        ArrayNode servers = seen.putArray("servers");
        for (ProxySnapshot.Server server : database.servers()) {
          servers
              .addObject()
              .put("address", server.address())
              .put("role", server.role())
              .put("answers", server.answers())
              .put("breaker", server.breaker())
              .put("lagBytes", server.lagBytes())
              .put("lagMs", server.lagNanos() / 1_000_000);
        }
      }
    }
  }

  private void service(ServiceSpec spec) {
    ObjectNode resource = resource("service", spec.name());
    ObjectNode wanted = desired(resource);
    wanted.put("replicas", spec.replicas()).put("source", source(spec.source()));
    wanted.put("protocol", spec.traffic().protocol().toString());
    if (spec.database() != null) {
      wanted.put("database", spec.database().name());
    }
    ArrayNode calls = wanted.putArray("calls");
    spec.calls().forEach(calls::add);
    if (spec.source() instanceof Source.Endpoints elsewhere) {
      endpoints(resource, elsewhere);
      return;
    }
    ServiceStatus status =
        observed.services().stream()
            .filter(s -> s.name().equals(spec.name()))
            .findFirst()
            .orElse(null);
    ObjectNode seen = observed(resource);
    if (status == null) {
      seen.put("state", "waiting");
      verdict(resource, false, "not started yet");
      return;
    }
    seen.put("state", state(status));
    seen.put("replicas", status.replicas().size()).put("healthy", status.healthy());
    seen.put("updating", status.updating());
    ArrayNode replicas = seen.putArray("instances");
    status.replicas().forEach(replica -> replicas.add(replica(replica)));
    int restarts = status.replicas().stream().mapToInt(ReplicaStatus::restarts).sum();
    seen.put("restarts", restarts);
    seen.put(
        "summary",
        status.healthy()
            + "/"
            + status.desired()
            + " replicas"
            + (restarts == 0 ? "" : ", " + restarts + " restarts"));
    verdict(resource, status.ready(), status.reason());
  }

  private static String state(ServiceStatus status) {
    if (status.ready()) {
      return "ready";
    }
    List<ReplicaStatus> replicas = status.replicas();
    if (replicas.stream().anyMatch(r -> r.state() == ReplicaState.CRASH_LOOPING)) {
      return "crash-looping";
    }
    if (status.updating()) {
      return "updating";
    }
    if (status.healthy() > 0) {
      return "degraded";
    }
    return replicas.isEmpty() ? "waiting" : "starting";
  }

  /** One replica, also used where a service is shown alone. */
  static ObjectNode replica(ReplicaStatus replica) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("index", replica.replica()).put("instance", replica.instance());
    node.put("pid", replica.pid()).put("port", replica.port());
    node.put("state", replica.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    node.put("since", replica.sinceEpochMillis() / 1000).put("restarts", replica.restarts());
    node.put("reason", replica.reason());
    return node;
  }

  private void endpoints(ObjectNode resource, Source.Endpoints elsewhere) {
    ArrayNode all = observed(resource).putArray("endpoints");
    int answering = 0;
    for (Source.Endpoint endpoint : elsewhere.endpoints()) {
      Boolean answers = observed.endpoints().get(endpoint.address().toString());
      boolean works = Boolean.TRUE.equals(answers);
      answering += works ? 1 : 0;
      all.addObject().put("url", endpoint.toString()).put("answers", works);
    }
    boolean ready = answering == elsewhere.endpoints().size();
    observed(resource)
        .put("state", ready ? "ready" : "degraded")
        .put("summary", answering + "/" + elsewhere.endpoints().size() + " endpoints answer");
    verdict(resource, ready, "only " + answering + " of its endpoints answer");
  }

  private static String source(Source source) {
    return switch (source) {
      case Source.Run run -> "run";
      case Source.Image image -> "image";
      case Source.Build build -> "build";
      case Source.Endpoints elsewhere -> "endpoints";
    };
  }

  private void route(RouteSpec spec) {
    ObjectNode resource = resource("route", spec.id());
    ObjectNode to = desired(resource).putObject("to");
    spec.to().forEach(target -> to.put(target.service(), target.weight().toString()));
    StringBuilder words = new StringBuilder();
    spec.to().forEach(target -> words.append(words.isEmpty() ? "" : ", ").append(target.service()));
    boolean known = spec.to().stream().allMatch(t -> stack.services().containsKey(t.service()));
    RouteActions.Redirect redirect = spec.actions().redirect();
    observed(resource)
        .put("summary", redirect == null ? "to " + words : "redirects to " + redirect.to());
    verdict(resource, known, "it leads to an unknown service");
  }

  private void listeners(String consoleAddress) {
    listener(
        "ingress",
        "http://" + stack.ingress().listen().at(observed.portOffset()),
        meshHas("ingress"));
    if (!stack.databases().isEmpty()) {
      String proxy = stack.proxy().listen().at(observed.portOffset()).toString();
      listener("database proxy", "postgres://" + proxy, true);
    }
    listener("console", "http://" + consoleAddress, true);
    for (Edge edge : Edge.of(stack)) {
      Integer port = observed.edgePorts().get(edge.id());
      if (port != null) {
        ObjectNode resource = resource("edge", edge.id());
        desired(resource).put("from", edge.caller()).put("to", edge.callee());
        observed(resource)
            .put("url", "http://" + new Address(Address.LOOPBACK, port))
            .put("summary", "http://" + new Address(Address.LOOPBACK, port));
        verdict(resource, meshHas(edge.id()), "its listener is not open");
      }
    }
  }

  private void listener(String name, String url, boolean ready) {
    ObjectNode resource = resource("listener", name);
    desired(resource).put("url", url);
    observed(resource).put("url", url).put("summary", url);
    verdict(resource, ready, "it is not open");
  }

  private boolean meshHas(String id) {
    return observed.mesh().listeners().stream().anyMatch(listener -> listener.id().equals(id));
  }

  private void slo(ServiceSpec spec) {
    SloSpec slo = spec.slo();
    ObjectNode resource = resource("slo", spec.name());
    StringBuilder words = new StringBuilder();
    if (slo.availability() != null) {
      desired(resource).put("availability", slo.availability().toString());
      words.append(slo.availability()).append(" available");
    }
    if (slo.latency() != null) {
      desired(resource).put("latency", slo.latency().toString());
      words.append(words.isEmpty() ? "" : ", ").append(slo.latency());
    }
    desired(resource).put("window", DurationText.of(slo.window()));
    observed(resource).put("summary", words.toString());
    verdict(resource, true, null);
  }
}
