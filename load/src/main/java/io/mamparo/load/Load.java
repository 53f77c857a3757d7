package io.mamparo.load;

import io.mamparo.load.http.HttpPlan;
import io.mamparo.load.run.Engine;
import io.mamparo.load.run.Plan;
import io.mamparo.load.sql.SqlPlan;

/**
 * Open-loop load: requests start when their time has come, whether or not earlier ones have been
 * answered, and latency counts from that intended start. A slow server therefore cannot slow down
 * the questions and hide behind it. What is in flight is bounded; a request that gets no slot
 * before its timeout is a failure and is reported as such.
 */
public final class Load {
  private final Plan plan;

  private Load(Plan plan) {
    this.plan = plan;
  }

  /** Load over HTTP. */
  public static Load http(HttpLoad load) {
    return new Load(HttpPlan.of(load));
  }

  /** Load over the PostgreSQL protocol. */
  public static Load sql(SqlLoad load) {
    return new Load(SqlPlan.of(load));
  }

  /** Begins at once, on threads of its own. */
  public LoadRun start() {
    return Engine.start(plan);
  }
}
