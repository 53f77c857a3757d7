package io.mamparo.load.sql;

import io.mamparo.load.SqlLoad;
import io.mamparo.load.SqlStatement;
import io.mamparo.load.run.Connections;
import io.mamparo.load.run.Plan;

/** Turns an SQL load into a plan. No state. */
public final class SqlPlan {
  private SqlPlan() {}

  /** The plan; opens nothing yet. */
  public static Plan of(SqlLoad load) {
    Connections connections = new Connections();
    return new Plan(
        load.name(),
        "sql",
        load.pace(),
        load.timeout(),
        load.connections(),
        load.statements().stream().map(SqlStatement::name).toList(),
        load.statements().stream().map(SqlStatement::weight).toList(),
        () -> new SqlLane(load, connections),
        connections);
  }
}
