package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.telemetry.SloStatus;
import java.util.Optional;

/** Objectives and their budgets. Stateless. */
final class SloView {
  private SloView() {}

  static ObjectNode of(SloStatus status) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("service", status.spec().service()).put("kind", status.spec().kind().label());
    json.put("objective", status.spec().objective()).put("windowDays", status.spec().windowDays());
    json.put(
        "thresholdMs",
        status.spec().threshold() == null ? null : status.spec().threshold().toNanos() / 1e6);
    json.put("good", status.good()).put("total", status.total());
    json.putObject("budget")
        .put("total", Numbers.rounded(status.budget().total()))
        .put("spent", status.budget().spent())
        .put("remaining", Numbers.share(status.budget().remaining()));
    ArrayNode burns = json.putArray("burn");
    for (SloStatus.Burn burn : status.burn()) {
      burns
          .addObject()
          .put("severity", burn.severity())
          .put("long", window(burn.longSeconds()))
          .put("short", window(burn.shortSeconds()))
          .put("factor", burn.factor())
          .put("longBurn", Numbers.rounded(burn.longBurn()))
          .put("shortBurn", Numbers.rounded(burn.shortBurn()))
          .put("firing", burn.firing());
    }
    return json;
  }

  /** {@code 3600} to {@code 1h}. */
  static String window(long seconds) {
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  static void history(ObjectNode into, Optional<SloStatus.History> found) {
    ObjectNode series = into.putObject("series");
    ArrayNode times = series.putArray("t");
    ArrayNode remaining = series.putArray("remaining");
    ArrayNode burn = series.putArray("burn1h");
    found.ifPresent(
        history -> {
          history.t().forEach(times::add);
          history.remaining().forEach(value -> remaining.add(Numbers.share(value)));
          Numbers.doubles(burn, history.burn1h());
        });
  }
}
