package io.mamparo.console;

import static io.mamparo.console.Waves.round;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.console.FixtureStack.Edge;
import io.mamparo.console.FixtureStack.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of the control API about a stack that does not exist, as a function of the second. */
final class FixtureWorld {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String STATEMENT =
      "select b.id, b.username, b.pick_up, b.drop_off, c.registration, c.make, c.model from booking"
          + " b join car c on c.registration = b.car_registration where b.username = $1 and"
          + " b.drop_off >= $2 order by b.pick_up desc limit $3";

  private final Waves waves = new Waves(20_261);
  private final FixtureStack stack;

  FixtureWorld(FixtureStack stack) {
    this.stack = stack;
  }

  FixtureStack stack() {
    return stack;
  }

  ObjectNode overview(long second) {
    ObjectNode o = JSON.objectNode();
    o.put("time", second).put("stack", stack.name()).put("ready", !stack.incident());
    ArrayNode nodes = o.putArray("nodes");
    stack.nodes().forEach(node -> nodes.add(node(node, second)));
    ArrayNode edges = o.putArray("edges");
    stack.edges().forEach(edge -> edges.add(edge(edge, second)));
    ArrayNode slos = o.putArray("slos");
    slos(second).forEach(slo -> slos.add(brief(slo)));
    ArrayNode faults = o.putArray("faults");
    if (stack.incident()) {
      faults
          .addObject()
          .put("id", "f-1")
          .put("kind", "abort")
          .put("target", "bookings → payments")
          .put("since", second - 190);
    }
    return o;
  }

  private static ObjectNode brief(ObjectNode slo) {
    ObjectNode brief = slo.deepCopy();
    brief.remove(List.of("good", "total", "series"));
    return brief;
  }

  private ObjectNode node(Node n, long second) {
    String id = n.kind() + n.name();
    ObjectNode o = JSON.objectNode().put("name", n.name()).put("kind", n.kind());
    o.put("rps", round(waves.around(id, n.rps(), second), 2));
    o.put("errorRate", round(waves.around(id + "e", n.errors(), second), 5));
    o.put("p50Ms", round(waves.around(id + "p", n.p99() * 0.28, second), 2));
    o.put("p99Ms", round(waves.around(id + "q", n.p99(), second), 2));
    boolean broken = stack.incident() && n.name().equals("payments");
    if (n.desired() > 0 && n.kind().equals("service")) {
      o.putObject("replicas")
          .put("desired", n.desired())
          .put("healthy", broken ? 0 : degraded(n) ? n.desired() - 1 : n.desired());
    } else {
      o.putNull("replicas");
    }
    o.put("ready", !broken);
    o.put("reason", broken ? "no replica passes its health check: GET /health: 503" : null);
    return o;
  }

  private boolean degraded(Node n) {
    return stack.incident() && n.name().equals("search");
  }

  private ObjectNode edge(Edge e, long second) {
    String id = e.from() + e.to() + e.kind();
    boolean failing = stack.incident() && e.to().equals("payments");
    return JSON.objectNode()
        .put("from", e.from())
        .put("to", e.to())
        .put("kind", e.kind())
        .put("rps", round(waves.around(id, e.rps(), second), 2))
        .put("errorRate", round(waves.around(id + "e", e.errors(), second), 5))
        .put("p50Ms", round(waves.around(id + "p", e.p99() * 0.28, second), 2))
        .put("p99Ms", round(waves.around(id + "q", e.p99(), second), 2))
        .put("inFlight", Math.round(waves.around(id + "f", e.rps() * e.p99() / 3_000, second)))
        .put("breaker", failing ? "open" : "closed")
        .put("retriesPerSecond", round(failing ? 2.4 : e.errors() * e.rps(), 2));
  }

  private @Nullable Node named(String name, String kind) {
    return stack.nodes().stream()
        .filter(n -> n.name().equals(name) && n.kind().equals(kind))
        .findFirst()
        .orElse(null);
  }

  @Nullable ObjectNode service(String name, long second, int window) {
    Node n = named(name, "service");
    if (n == null) {
      return null;
    }
    ObjectNode o = JSON.objectNode().put("name", name);
    o.set("node", node(n, second));
    ArrayNode in = o.putArray("edgesIn");
    ArrayNode out = o.putArray("edgesOut");
    for (Edge e : stack.edges()) {
      if (e.to().equals(name) && e.kind().equals("http")) {
        in.add(edge(e, second));
      }
      if (e.from().equals(name)) {
        out.add(edge(e, second));
      }
    }
    ArrayNode replicas = o.putArray("replicas");
    for (int i = 0; i < n.desired(); i++) {
      replicas.add(replica(n, i, second));
    }
    ArrayNode slo = o.putArray("slo");
    slos(second).stream()
        .filter(s -> s.get("service").asText().equals(name))
        .forEach(s -> slo.add(brief(s)));
    o.set("series", series("service" + name, n, second, window));
    return o;
  }

  private ObjectNode replica(Node n, int i, long second) {
    boolean bad = stack.incident() && (n.name().equals("payments") || (degraded(n) && i == 1));
    return JSON.objectNode()
        .put("index", i)
        .put("pid", 41_200 + i * 7)
        .put("port", 20_310 + i)
        .put("state", bad ? "crash-loop" : "running")
        .put("health", bad ? "unhealthy" : "healthy")
        .put("since", bad ? second - 42 : second - 93_600)
        .put("restarts", bad ? 6 : 0)
        .put("inFlight", Math.round(waves.around(n.name() + i, n.rps() / 20, second)))
        .put("ejected", bad);
  }

  @Nullable ObjectNode database(String name, long second, int window) {
    Node n = named(name, "database");
    if (n == null) {
      return null;
    }
    ObjectNode o = JSON.objectNode().put("name", name).put("state", "ready");
    o.put("version", "18.1").put("upstream", "127.0.0.1:54321");
    ArrayNode pools = o.putArray("pools");
    int waiting = 0;
    for (Edge e : stack.edges()) {
      if (e.to().equals(name) && e.kind().equals("sql")) {
        boolean full = stack.incident() && e.from().equals("search");
        waiting += full ? 14 : 0;
        pools.add(pool(name, e, full, second));
      }
    }
    o.putObject("clients").put("connected", 48).put("active", 6).put("waiting", waiting);
    holders(o, name, second);
    ArrayNode statements = o.putArray("statements");
    for (int i = 0; i < 14 && n.rps() > 0; i++) {
      statements.add(statement(n, i, second));
    }
    o.set("series", series("database" + name, n, second, window));
    return o;
  }

  private ObjectNode pool(String database, Edge e, boolean full, long second) {
    int max = 8 + e.from().length();
    int active =
        full ? max : (int) Math.min(max, waves.around(e.from() + "pool", max * 0.35, second));
    return JSON.objectNode()
        .put("login", e.from() + "_" + database)
        .put("service", e.from())
        .put("max", max)
        .put("active", active)
        .put("idle", full ? 0 : Math.min(3, max - active))
        .put("waiting", full ? 14 : 0)
        .put("borrowWaitP99Ms", full ? 812.4 : round(waves.around(e.from() + "w", 0.08, second), 3))
        .put("refused", full ? 231 : 0)
        .put("breaker", "closed");
  }

  /** Who holds what: one pinned, one in a long transaction, and in an incident one that waits. */
  private void holders(ObjectNode database, String name, long second) {
    ArrayNode holders = database.putArray("holders");
    String first =
        stack.edges().stream()
            .filter(e -> e.to().equals(name) && e.kind().equals("sql"))
            .map(Edge::from)
            .findFirst()
            .orElse("people");
    ObjectNode pinned = holder(first, 1, "pinned", 90_000).put("backendPid", 4711);
    pinned
        .putObject("pin")
        .put("reason", "LISTEN")
        .put("statement", "listen bookings")
        .put("ms", 90_000);
    holders.add(
        holder(first, 2, "idle in transaction", 4_200)
            .put("backendPid", 4712)
            .put("transactionMs", 4_200 + second % 60 * 1_000));
    holders.add(pinned);
    if (stack.incident()) {
      holders.add(holder(first, 3, "waiting", 700));
    }
    database.putArray("pins").addObject().put("reason", "LISTEN").put("clients", 1);
    database.put("moreHolders", 0);
  }

  private static ObjectNode holder(String service, int client, String state, long ms) {
    return JSON.objectNode()
        .put("client", client)
        .put("address", "127.0.0.1:" + (40_000 + client))
        .put("application", client == 2 ? "<script>alert('app')</script>" : service)
        .put("login", service)
        .put("service", service)
        .put("state", state)
        .put("stateMs", ms)
        .put("statement", "<b>select</b> * from booking where id = ?");
  }

  private ObjectNode statement(Node n, int i, long second) {
    String[] texts = {
      STATEMENT,
      "select * from car where registration = $1",
      "insert into booking (username, car_registration, pick_up, drop_off, title, description)"
          + " values ($1, $2, $3, $4, $5, $6) returning id",
      "update booking set approved = $1 where id = $2",
      "select count(*) from car where available = $1",
      "<script>alert('statement')</script>",
    };
    long calls = Math.round(9_000.0 / (i + 1) + (second % 600) * n.rps() / 14);
    double p50 = round(0.4 + waves.unit("st" + i, 0) * 3, 3);
    return JSON.objectNode()
        .put("fingerprint", "%016x".formatted(0x5d1fL * (i + 3) * 0x9E37L))
        .put("text", i < texts.length ? texts[i] : "select " + i + " /* report " + i + " */")
        .put("calls", calls)
        .put("rows", calls * (i % 4))
        .put("totalMs", round(calls * p50 * 1.3, 1))
        .put("p50Ms", p50)
        .put("p95Ms", round(p50 * 2.7, 3))
        .put("p99Ms", round(p50 * 5.9, 3))
        .put("errors", i == 2 && stack.incident() ? 37 : 0);
  }

  /** One point each 5 s; in an incident the last three minutes are bad. */
  private ObjectNode series(String id, Node n, long second, int window) {
    ObjectNode o = JSON.objectNode();
    ArrayNode t = o.putArray("t");
    ArrayNode rate = o.putArray("rate");
    ArrayNode errors = o.putArray("errors");
    ArrayNode p50 = o.putArray("p50");
    ArrayNode p99 = o.putArray("p99");
    int step = Math.max(1, window / 180);
    for (long s = (second - window) / step * step; s <= second && n.rps() > 0; s += step) {
      boolean bad = stack.incident() && s > second - 190;
      t.add(s);
      double r = waves.around(id, n.rps(), s);
      rate.add(round(r, 2));
      errors.add(round(r * (bad ? n.errors() : Math.min(n.errors(), 0.0005)), 3));
      p50.add(round(waves.around(id + "p", n.p99() * 0.28, s), 2));
      double tail = waves.around(id + "q", n.p99(), s);
      p99.add(round(bad ? tail : Math.min(tail, 260), 2));
    }
    return o;
  }

  List<ObjectNode> slos(long second) {
    boolean bad = stack.incident();
    return stack.nodes().stream()
        .filter(n -> n.kind().equals("service") && n.rps() > 0)
        .flatMap(
            n -> {
              boolean burning = bad && List.of("payments", "bookings").contains(n.name());
              double left = burning ? (n.name().equals("payments") ? -0.42 : 0.08) : 0.9;
              double calm = 0.3 + 0.69 * waves.unit(n.name(), 7);
              return List.of(
                  slo(n, "availability", 0.999, burning ? left : calm, burning, second),
                  slo(n, "latency", 0.99, 0.25 + 0.7 * calm, false, second))
                  .stream();
            })
        .toList();
  }

  private ObjectNode slo(
      Node n, String kind, double objective, double left, boolean burning, long second) {
    long total = Math.round(n.rps() * 86_400 * 19) + second % 10_000;
    double budget = total * (1 - objective);
    long spent = Math.round(budget * (1 - left));
    ObjectNode o = JSON.objectNode().put("service", n.name()).put("kind", kind);
    o.put("objective", objective).put("windowDays", 30);
    if (kind.equals("latency")) {
      o.put("thresholdMs", 250);
    } else {
      o.putNull("thresholdMs");
    }
    o.put("good", total - spent).put("total", total);
    o.putObject("budget")
        .put("total", Math.round(budget))
        .put("spent", spent)
        .put("remaining", round(left, 4));
    ArrayNode burn = o.putArray("burn");
    burn(burn, "page", "1h", "5m", 14.4, burning ? 43.1 : 0.4, burning ? 61.7 : 0.2);
    burn(burn, "page", "6h", "30m", 6, burning ? 9.2 : 0.5, burning ? 52.3 : 0.4);
    burn(burn, "ticket", "1d", "2h", 3, burning ? 2.6 : 0.6, burning ? 21.9 : 0.4);
    burn(burn, "ticket", "3d", "6h", 1, burning ? 1.4 : 0.7, burning ? 9.2 : 0.5);
    return o;
  }

  private static void burn(
      ArrayNode rows, String severity, String l, String s, double factor, double lb, double sb) {
    rows.addObject()
        .put("severity", severity)
        .put("long", l)
        .put("short", s)
        .put("factor", factor)
        .put("longBurn", lb)
        .put("shortBurn", sb)
        .put("firing", lb >= factor && sb >= factor);
  }

  @Nullable ObjectNode sloPage(String service, long second) {
    List<ObjectNode> found =
        slos(second).stream().filter(s -> s.get("service").asText().equals(service)).toList();
    if (found.isEmpty()) {
      return null;
    }
    ObjectNode o = JSON.objectNode();
    ArrayNode slos = o.putArray("slos");
    for (ObjectNode slo : found) {
      slo.set("series", burnDown(slo, second));
      slos.add(slo);
    }
    return o;
  }

  private ObjectNode burnDown(ObjectNode slo, long second) {
    ObjectNode o = JSON.objectNode();
    ArrayNode t = o.putArray("t");
    ArrayNode remaining = o.putArray("remaining");
    ArrayNode burn = o.putArray("burn1h");
    double left = slo.path("budget").path("remaining").asDouble();
    boolean burning = slo.path("burn").path(0).path("firing").asBoolean();
    int points = 240;
    for (int i = 0; i < points; i++) {
      t.add(second - (points - 1 - i) * 3_600L * 3);
      double age = i / (points - 1.0);
      double fall = burning ? 0.25 * age + 0.75 * Math.pow(age, 30) : age;
      remaining.add(round(1 - (1 - left) * fall, 4));
      burn.add(round(burning && i > points - 8 ? 43 : waves.around("burn", 0.5, i * 31L), 2));
    }
    return o;
  }
}
