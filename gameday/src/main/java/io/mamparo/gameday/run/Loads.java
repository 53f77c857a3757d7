package io.mamparo.gameday.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.gameday.ControlPoint;
import io.mamparo.gameday.GameDay;
import io.mamparo.gameday.LoadPlan;
import io.mamparo.gameday.Preparation;
import io.mamparo.kernel.Problem;
import io.mamparo.load.Arrival;
import io.mamparo.load.HttpLoad;
import io.mamparo.load.Load;
import io.mamparo.load.LoadReport;
import io.mamparo.load.Pace;
import io.mamparo.load.SqlLoad;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Turns a game day's loads into runs, aimed at the running stack. No state. */
final class Loads {
  /** Preparations are sent this fast. */
  private static final double PREPARE_PER_SECOND = 200;

  private Loads() {}

  /** A load that is ready to start. */
  static Load aim(GameDay day, LoadPlan plan, ControlPoint control) {
    Pace pace =
        new Pace(plan.perSecond(), day.warmUp().plus(day.duration()), plan.arrival(), day.seed());
    return switch (plan.target()) {
      case LoadPlan.Http http ->
          Load.http(
              new HttpLoad(
                  plan.name(),
                  pace,
                  http.url() == null ? ingress(control) : http.url(),
                  http.requests(),
                  plan.timeout(),
                  plan.inFlight(),
                  false));
      case LoadPlan.Sql sql -> Load.sql(sql(plan, sql, pace, control));
    };
  }

  private static SqlLoad sql(LoadPlan plan, LoadPlan.Sql sql, Pace pace, ControlPoint control) {
    JsonNode env = control.environment(sql.database());
    if (!env.has("PGHOST")) {
      throw new Problem(
          "database " + sql.database(),
          "is not reachable yet",
          "wait until mamparo status says ready");
    }
    String url =
        "jdbc:postgresql://"
            + env.path("PGHOST").asText()
            + ":"
            + env.path("PGPORT").asText()
            + "/"
            + env.path("PGDATABASE").asText();
    return new SqlLoad(
        plan.name(),
        pace,
        url,
        env.path("PGUSER").asText(),
        env.path("PGPASSWORD").asText(),
        sql.statements(),
        plan.timeout(),
        plan.inFlight());
  }

  private static URI ingress(ControlPoint control) {
    return URI.create(control.environment("").path("MAMPARO_URL").asText());
  }

  /** Sends what the loads need to find, one kind after the other. */
  static void prepare(GameDay day, ControlPoint control) throws InterruptedException {
    for (Preparation preparation : day.preparations()) {
      Duration duration =
          Duration.ofNanos(Math.round(preparation.times() / PREPARE_PER_SECOND * 1e9));
      HttpLoad load =
          new HttpLoad(
              "prepare",
              new Pace(PREPARE_PER_SECOND, duration, Arrival.CONSTANT, day.seed()),
              ingress(control),
              List.of(preparation.request()),
              Duration.ofSeconds(30),
              8,
              false);
      LoadReport report = Load.http(load).start().await();
      if (report.failed() > 0) {
        throw new Problem(
            "preparation " + preparation.request().name(),
            report.failed()
                + " of "
                + report.sent()
                + " requests failed "
                + report.statuses()
                + report.errors(),
            "correct the game day, or accept these statuses in it");
      }
    }
  }
}
