package io.mamparo.load.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.load.Load;
import io.mamparo.load.LoadReport;
import io.mamparo.load.LoadRun;
import io.mamparo.load.Pace;
import io.mamparo.load.SqlLoad;
import io.mamparo.load.SqlStatement;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlLoadIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private RealPostgres postgres;

  @BeforeAll
  void start() {
    postgres = RealPostgres.start();
  }

  @AfterAll
  void stop() {
    postgres.close();
  }

  private SqlLoad load(double rate, Duration duration, Duration timeout, String... statements) {
    return new SqlLoad(
        "sql",
        Pace.constant(rate, duration),
        postgres.jdbcUrl(),
        postgres.user(),
        postgres.password(),
        java.util.Arrays.stream(statements).map(SqlStatement::of).toList(),
        timeout,
        4);
  }

  @Test
  void statements_areSentAtTheRateOverFewConnections() throws Exception {
    LoadReport report =
        Load.sql(
                load(
                    200,
                    Duration.ofSeconds(1),
                    SOON,
                    "select {seq}, 'CAR-' || {random:100}, generate_series(1, 50)"))
            .start()
            .await();
    assertEquals(200, report.ok(), report.toString());
    assertEquals(Map.of("ok", 200L), report.statuses());
    assertTrue(report.connectionsOpened() <= 4);
    assertEquals("sql", report.protocol());
  }

  @Test
  void errors_areCountedByTheirSqlstateAndKeepTheConnection() throws Exception {
    LoadReport report =
        Load.sql(load(50, Duration.ofSeconds(1), SOON, "select 1 / ({seq:2})")).start().await();
    assertEquals(Map.of("ok", 25L, "22012", 25L), report.statuses());
    assertEquals(25, report.failed());
    assertEquals(0, report.connectionsDropped());
    assertTrue(report.connectionsOpened() <= 4);
  }

  @Test
  void aStatementThatTakesTooLong_isATimeoutAndNotADrop() throws Exception {
    LoadReport report =
        Load.sql(load(5, Duration.ofSeconds(1), Duration.ofMillis(500), "select pg_sleep(30)"))
            .start()
            .await();
    assertEquals(5, report.failed());
    assertFalse(report.errors().getOrDefault("timeout", 0L) == 0, report.errors().toString());
    assertEquals(0, report.connectionsDropped());
  }

  @Test
  void aKilledServer_dropsConnectionsAndTheLoadComesBackWithIt() throws Exception {
    LoadRun run = Load.sql(load(50, Pace.UNTIL_STOPPED, Duration.ofSeconds(3), "select 1")).start();
    Await.until("it works", SOON, () -> run.snapshot().ok() > 20);
    postgres.killNine();
    Await.until("it notices", SOON, () -> run.snapshot().failed() > 5);
    postgres.startAgain();
    long back = System.nanoTime() - run.startNanos();
    Await.until("it works again", SOON, () -> run.firstSuccessFrom(back) >= 0);
    run.stop();
    LoadReport report = run.await();
    assertTrue(report.connectionsDropped() >= 1, report.toString());
    assertTrue(report.errors().containsKey("no connection"), report.errors().toString());
    assertEquals(report.sent(), report.ok() + report.failed());
  }

  @Test
  void aWrongPassword_isToldByItsSqlstate() throws Exception {
    SqlLoad wrong =
        new SqlLoad(
            "sql",
            Pace.constant(10, Duration.ofMillis(300)),
            postgres.jdbcUrl(),
            postgres.user(),
            "wrong",
            List.of(SqlStatement.of("select 1")),
            Duration.ofSeconds(5),
            1);
    LoadReport report = Load.sql(wrong).start().await();
    assertEquals(Map.of("28P01", 3L), report.errors());
    assertFalse(wrong.toString().contains("wrong"));
  }
}
