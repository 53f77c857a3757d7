package io.mamparo.console;

import static io.mamparo.console.Waves.round;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Traces of requests that nobody made. */
final class FixtureTraces {

  /** The trace with a thousand spans. */
  static final String LARGE = "f".repeat(32);

  /** The trace whose texts mean harm. */
  static final String HOSTILE = "e".repeat(32);

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> ROOTS =
      List.of(
          "GET /api/v0.1/cars/",
          "GET /api/v0.1/cars/available",
          "POST /api/v0.1/booking/",
          "GET /api/v0.1/booking/{id}",
          "PATCH /api/v0.1/admin/booking/approve/{id}");

  private final Waves waves = new Waves(7);

  ObjectNode search(Map<String, String> query, long second) {
    ObjectNode answer = JSON.objectNode();
    ArrayNode traces = answer.putArray("traces");
    int limit = Integer.parseInt(query.getOrDefault("limit", "100"));
    double least = Double.parseDouble(query.getOrDefault("minMs", "0"));
    boolean errors = query.getOrDefault("error", "").equals("true");
    String text = query.getOrDefault("q", "");
    for (int i = 0; i < 300 && traces.size() < limit; i++) {
      ObjectNode trace = brief(i, second);
      boolean wanted =
          trace.get("durationMs").asDouble() >= least
              && (!errors || trace.get("error").asBoolean())
              && trace.get("root").asText().contains(text);
      if (wanted) {
        traces.add(trace);
      }
    }
    return answer;
  }

  private ObjectNode brief(int i, long second) {
    boolean error = i % 17 == 3;
    boolean slow = i % 11 == 5;
    double ms = 6 + waves.unit("ms", i) * 60 + (slow ? 400 * waves.unit("slow", i) + 200 : 0);
    return JSON.objectNode()
        .put("traceId", "%032x".formatted(0xabc000L + i))
        .put("root", ROOTS.get(i % ROOTS.size()))
        .put("entry", "ingress")
        .put("start", second - 2L - i * 3L)
        .put("durationMs", round(ms, 2))
        .put("spans", 4 + i % 9)
        .put("error", error)
        .put("kept", error ? "error" : slow ? "slow" : i % 5 == 0 ? "sampled" : "reservoir");
  }

  ObjectNode trace(String id) {
    ObjectNode trace = JSON.objectNode().put("traceId", id);
    ArrayNode spans = trace.putArray("spans");
    if (id.equals(LARGE)) {
      large(spans);
    } else if (id.equals(HOSTILE)) {
      span(spans, "a1", null, "<b>web</b>", "<img src=x onerror=alert(4)>", "server", 0, 9_000)
          .putObject("attributes")
          .put("<script>", "</dd><script>alert(5)</script>")
          .put("db.statement", "select '<iframe src=javascript:alert(6)>'");
    } else {
      booking(spans);
    }
    return trace;
  }

  /** A booking: it asks for the car, charges, and is stored; the charge is tried twice. */
  private static void booking(ArrayNode spans) {
    span(spans, "01", null, "ingress", "POST /api/v0.1/booking/", "server", 0, 214_300);
    span(spans, "02", "01", "bookings", "POST /api/v0.1/booking/", "server", 900, 212_600);
    span(spans, "03", "02", "bookings", "GET cars", "client", 2_100, 18_400);
    span(spans, "04", "03", "cars", "GET /api/v0.1/car/{registration}", "server", 2_600, 17_300);
    sql(spans, "05", "04", "cars", "select * from car where registration = $1", 4_000, 13_900);
    sql(spans, "06", "02", "bookings", "begin", 21_000, 600);
    span(spans, "07", "02", "bookings", "POST payments", "client", 22_000, 61_000);
    span(spans, "08", "07", "payments", "POST /charge", "server", 22_800, 59_900)
        .put("error", true)
        .put("status", "503");
    span(spans, "09", "02", "bookings", "POST payments (retry 1)", "client", 88_000, 96_500);
    span(spans, "10", "09", "payments", "POST /charge", "server", 88_700, 95_200);
    span(spans, "11", "10", "payments", "POST bank", "client", 91_000, 71_000);
    sql(
        spans,
        "12",
        "10",
        "ledger",
        "insert into entry (account, amount, at) values ($1, $2, $3)",
        163_000,
        19_000);
    sql(
        spans,
        "13",
        "02",
        "bookings",
        "insert into booking (username, car_registration, pick_up, drop_off, title, description)"
            + " values ($1, $2, $3, $4, $5, $6) returning id",
        186_000,
        21_700);
    sql(spans, "14", "02", "bookings", "commit", 208_500, 4_100);
    span(spans, "15", "02", "notifications", "POST /notify", "client", 186_400, 9_000);
  }

  /** A tree five wide and five deep. */
  private void large(ArrayNode spans) {
    span(spans, "0", null, "ingress", "GET /report", "server", 0, 4_000_000);
    for (int i = 1; i < 1_000; i++) {
      int parent = (i - 1) / 5;
      long start = parent == 0 ? i * 600_000L : spans.get(parent).get("startUs").asLong() + 3_000;
      long whole = spans.get(parent).get("durationUs").asLong();
      long begin = Math.min(start + (i % 5) * whole / 6, 3_900_000);
      long length = Math.max(400, whole / 6 - (long) (waves.unit("w", i) * 900));
      span(
              spans,
              Integer.toString(i),
              Integer.toString(parent),
              "service-" + i % 7,
              "work " + i,
              "server",
              begin,
              length)
          .put("error", i % 97 == 0);
    }
  }

  private static void sql(
      ArrayNode spans, String id, String parent, String db, String text, long start, long length) {
    span(spans, id, parent, db, text.split(" ")[0] + " " + db, "sql", start, length)
        .putObject("attributes")
        .put("db.system", "postgresql")
        .put("db.statement", text)
        .put("db.rows", 1)
        .put("mamparo.borrow_wait_us", 42);
  }

  private static ObjectNode span(
      ArrayNode spans,
      String id,
      @Nullable String parent,
      String service,
      String name,
      String kind,
      long start,
      long length) {
    ObjectNode span = spans.addObject().put("spanId", "%16s".formatted(id).replace(' ', '0'));
    span.put("parentId", parent == null ? null : "%16s".formatted(parent).replace(' ', '0'));
    span.put("service", service).put("name", name).put("kind", kind);
    span.put("startUs", start).put("durationUs", length).put("status", "200").put("error", false);
    span.putObject("attributes").put("http.route", name).put("mamparo.replica", 0);
    return span;
  }
}
