package io.mamparo.app.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.kernel.Problem;
import io.mamparo.model.DurationText;
import io.mamparo.model.Percentage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What somebody wants broken, as the control API takes it. */
sealed interface FaultRequest {
  /** Of its kind, as written. */
  String kind();

  /** What it is about, for people. */
  String target();

  record KillReplica(String service, int replica) implements FaultRequest {
    @Override
    public String kind() {
      return "kill-replica";
    }

    @Override
    public String target() {
      return service + " replica " + replica;
    }
  }

  record StopReplica(String service, int replica) implements FaultRequest {
    @Override
    public String kind() {
      return "stop-replica";
    }

    @Override
    public String target() {
      return service + " replica " + replica;
    }
  }

  record SlowReplica(String service, int replica, Duration delay) implements FaultRequest {
    @Override
    public String kind() {
      return "slow-replica";
    }

    @Override
    public String target() {
      return service + " replica " + replica;
    }
  }

  record KillDatabase(String database) implements FaultRequest {
    @Override
    public String kind() {
      return "kill-database";
    }

    @Override
    public String target() {
      return database;
    }
  }

  record StopDatabase(String database) implements FaultRequest {
    @Override
    public String kind() {
      return "stop-database";
    }

    @Override
    public String target() {
      return database;
    }
  }

  record SlowDatabase(String database, Duration delay) implements FaultRequest {
    @Override
    public String kind() {
      return "slow-database";
    }

    @Override
    public String target() {
      return database;
    }
  }

  record Delay(String from, String to, Duration delay, double share) implements FaultRequest {
    @Override
    public String kind() {
      return "delay";
    }

    @Override
    public String target() {
      return from + " to " + to;
    }
  }

  record Abort(String from, String to, int status, double share) implements FaultRequest {
    @Override
    public String kind() {
      return "abort";
    }

    @Override
    public String target() {
      return from + " to " + to;
    }
  }

  record ExhaustPool(String service, Duration hold) implements FaultRequest {
    @Override
    public String kind() {
      return "exhaust-pool";
    }

    @Override
    public String target() {
      return service;
    }
  }

  /**
   * Reads a request.
   *
   * @throws Problem when it is no fault
   */
  static FaultRequest parse(ObjectNode body) {
    String kind = text(body, "kind");
    return switch (kind) {
      case "kill-replica" -> new KillReplica(text(body, "service"), number(body, "replica", 0));
      case "stop-replica" -> new StopReplica(text(body, "service"), number(body, "replica", 0));
      case "slow-replica" ->
          new SlowReplica(
              text(body, "service"), number(body, "replica", 0), duration(body, "delay"));
      case "kill-database" -> new KillDatabase(text(body, "database"));
      case "stop-database" -> new StopDatabase(text(body, "database"));
      case "slow-database" -> new SlowDatabase(text(body, "database"), duration(body, "delay"));
      case "delay" -> new Delay(from(body), text(body, "to"), duration(body, "delay"), share(body));
      case "abort" ->
          new Abort(from(body), text(body, "to"), number(body, "status", 503), share(body));
      case "exhaust-pool" -> new ExhaustPool(text(body, "service"), duration(body, "hold"));
      default ->
          throw new Problem(
              "fault",
              "there is no kind \"" + kind + "\"",
              "use kill-replica, stop-replica, slow-replica, kill-database, stop-database,"
                  + " slow-database, delay, abort or exhaust-pool");
    };
  }

  /**
   * How long it is in force when nobody ends it before; null for as long as nobody does.
   *
   * @throws Problem when that is no duration
   */
  static @Nullable Duration lasting(ObjectNode body) {
    return body.has("for") ? duration(body, "for") : null;
  }

  private static String from(ObjectNode body) {
    return body.has("from") ? text(body, "from") : "*";
  }

  private static String text(ObjectNode body, String name) {
    JsonNode value = body.get(name);
    if (value == null || !value.isTextual()) {
      throw new Problem("fault", "\"" + name + "\" is missing", "add it as a text");
    }
    return value.textValue();
  }

  private static int number(ObjectNode body, String name, int otherwise) {
    JsonNode value = body.get(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isIntegralNumber()) {
      throw new Problem("fault", "\"" + name + "\" is no number", "write it as a number");
    }
    return value.intValue();
  }

  private static Duration duration(ObjectNode body, String name) {
    try {
      return DurationText.parse(text(body, name));
    } catch (IllegalArgumentException e) {
      throw new Problem("fault", "\"" + name + "\": " + e.getMessage(), "write it as 200ms", e);
    }
  }

  /** {@code percent} as a number or as {@code "50%"}; all by default. */
  private static double share(ObjectNode body) {
    JsonNode value = body.get("percent");
    if (value == null) {
      return 1;
    }
    try {
      String text = value.asText();
      return Percentage.parse(text.endsWith("%") ? text : text + "%").ratio();
    } catch (IllegalArgumentException e) {
      throw new Problem("fault", "\"percent\": " + e.getMessage(), "write it as 50%", e);
    }
  }
}
