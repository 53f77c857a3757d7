package io.mamparo.app.life;

import io.mamparo.dbproxy.AdminOffice;
import io.mamparo.kernel.Problem;
import io.mamparo.telemetry.StatementStats;
import io.mamparo.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What the proxy's admin database asks of the stack around it. Safe for use by several threads. */
public final class Office implements AdminOffice {
  private static final int MOST = 500;
  private final Telemetry telemetry;
  private final Supplier<Set<String>> databases;
  private volatile Runnable reload = Office::tooEarly;
  private volatile Runnable stop = Office::tooEarly;

  Office(Telemetry telemetry, Supplier<Set<String>> databases) {
    this.telemetry = telemetry;
    this.databases = databases;
  }

  private static void tooEarly() {
    throw new Problem("stack", "it is still starting", "try again in a moment");
  }

  /**
   * Says how these are done.
   *
   * @param reload reads the stack file again and applies it
   * @param stop ends the process in order
   */
  public void open(Runnable reload, Runnable stop) {
    this.reload = reload;
    this.stop = stop;
  }

  @Override
  public List<Statement> statements() {
    List<Statement> all = new ArrayList<>();
    for (String database : databases.get()) {
      for (StatementStats stats : telemetry.statements(database, MOST)) {
        all.add(statement(database, stats));
      }
    }
    all.sort(Comparator.comparingDouble(Statement::totalMs).reversed());
    return List.copyOf(all.subList(0, Math.min(MOST, all.size())));
  }

  private static Statement statement(String database, StatementStats stats) {
    return new Statement(
        database,
        stats.service(),
        stats.fingerprint(),
        stats.text(),
        stats.calls(),
        stats.rows(),
        stats.bytesIn(),
        stats.bytesOut(),
        stats.totalMs(),
        stats.waitMs(),
        stats.p50Ms(),
        stats.p95Ms(),
        stats.p99Ms(),
        stats.waitP99Ms(),
        stats.errors(),
        stats.errorsByState());
  }

  @Override
  public void reload() {
    reload.run();
  }

  @Override
  public void shutdown() {
    stop.run();
  }
}
