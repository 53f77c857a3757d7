package io.mamparo.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The server that other tests rely on does what it says. */
class RealPostgresIT {
  private static RealPostgres postgres;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start("work_mem=5MB");
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @Test
  void acceptsConnections_withItsOwnSettings() throws SQLException {
    assertEquals("5MB", ask("SHOW work_mem"));
    assertEquals("logical", ask("SHOW wal_level"));
    assertTrue(ask("SELECT version()").startsWith("PostgreSQL 18"), "version");
  }

  @Test
  void refusesAWrongPassword() {
    SQLException e = assertThrows(SQLException.class, () -> connect("wrong"));
    assertEquals("28P01", e.getSQLState());
  }

  @Test
  void comesBackWithItsRows_afterKillNine() throws SQLException {
    execute("CREATE TABLE kept AS SELECT 42 AS answer");
    postgres.killNine();
    assertThrows(SQLException.class, () -> connect(postgres.password()));
    postgres.startAgain();
    assertEquals("42", ask("SELECT answer FROM kept"));
  }

  @Test
  void closesOpenConnections_onRestart() throws SQLException {
    try (Connection open = connect(postgres.password())) {
      postgres.restart();
      assertThrows(SQLException.class, () -> open.createStatement().execute("SELECT 1"));
    }
    assertEquals("1", ask("SELECT 1"));
  }

  @Test
  void answersNothing_whileFrozen() throws SQLException {
    try (Connection open = connect(postgres.password())) {
      open.setNetworkTimeout(Runnable::run, 300);
      postgres.freeze();
      assertThrows(SQLException.class, () -> open.createStatement().execute("SELECT 1"));
    } finally {
      postgres.thaw();
    }
    assertEquals("1", ask("SELECT 1"));
  }

  private static String ask(String sql) throws SQLException {
    try (Connection connection = connect(postgres.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = connect(postgres.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", postgres.user());
    properties.setProperty("password", password);
    return DriverManager.getConnection(postgres.jdbcUrl(), properties);
  }
}
