package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.RealPostgres;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What applications do with pgjdbc, by two server connections and several clients. */
class DriverIT {
  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() throws SQLException {
    postgres = RealPostgres.start();
    proxy = new TestProxy(postgres, 2, Duration.ofSeconds(20), ProxyListener.NONE);
    try (Connection connection = proxy.jdbc();
        Statement statement = connection.createStatement()) {
      statement.execute("create table items (id int primary key, name text)");
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  @Test
  void preparedThreshold_isCrossedByManyClientsOnFewServers() throws SQLException {
    Connection[] clients = new Connection[5];
    PreparedStatement[] statements = new PreparedStatement[clients.length];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = proxy.jdbc("prepareThreshold=2");
      statements[i] = clients[i].prepareStatement("select ?::int * 2 + " + i % 2);
    }
    for (int round = 0; round < 12; round++) {
      for (int i = 0; i < clients.length; i++) {
        statements[i].setInt(1, round);
        try (ResultSet rows = statements[i].executeQuery()) {
          assertTrue(rows.next());
          assertEquals(round * 2 + i % 2, rows.getInt(1));
        }
      }
    }
    for (Connection client : clients) {
      client.close();
    }
    assertEquals(java.util.Map.of(), proxy.pool().pinned());
  }

  @Test
  void batches_countAndFailAsDirect() throws SQLException {
    try (Connection connection = proxy.jdbc("reWriteBatchedInserts=true");
        Statement clean = connection.createStatement();
        PreparedStatement insert = connection.prepareStatement("insert into items values (?, ?)")) {
      clean.execute("delete from items");
      for (int i = 0; i < 1_000; i++) {
        insert.setInt(1, i);
        insert.setString(2, "item " + i);
        insert.addBatch();
      }
      assertEquals(1_000, insert.executeBatch().length);
      connection.setAutoCommit(false);
      for (int i : new int[] {2_000, 3, 2_001}) {
        insert.setInt(1, i);
        insert.setString(2, "again");
        insert.addBatch();
      }
      BatchUpdateException e = assertThrows(BatchUpdateException.class, insert::executeBatch);
      assertEquals("23505", e.getSQLState());
      connection.rollback();
      try (ResultSet rows = clean.executeQuery("select count(*) from items")) {
        assertTrue(rows.next());
        assertEquals(1_000, rows.getInt(1));
      }
      connection.commit();
    }
  }

  @Test
  void autosave_rollsBackTheStatementOnly() throws SQLException {
    try (Connection connection = proxy.jdbc("autosave=always", "prepareThreshold=1");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("create table saved (id int primary key)");
      try (PreparedStatement insert = connection.prepareStatement("insert into saved values (?)")) {
        for (int i = 0; i < 5; i++) {
          insert.setInt(1, i / 2);
          if (i % 2 == 0) {
            insert.execute();
          } else {
            assertThrows(SQLException.class, insert::execute);
          }
        }
      }
      connection.commit();
      try (ResultSet rows = statement.executeQuery("select count(*) from saved")) {
        assertTrue(rows.next());
        assertEquals(3, rows.getInt(1));
      }
      connection.rollback();
    }
  }

  @Test
  void changedTables_areHealedOutsideOfTransactionsByTheDriversOwnCare() throws SQLException {
    try (Connection connection = proxy.jdbc("prepareThreshold=1");
        Connection other = proxy.jdbc();
        Statement change = other.createStatement();
        PreparedStatement read = connection.prepareStatement("select * from changing")) {
      change.execute("create table changing (a int)");
      read.executeQuery().close();
      read.executeQuery().close();
      change.execute("alter table changing add b text");
      try (ResultSet rows = read.executeQuery()) {
        assertEquals(2, rows.getMetaData().getColumnCount());
      }
    }
  }

  @Test
  void copyApi_worksBothWays() throws Exception {
    try (Connection connection = proxy.jdbc()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("create table copies (id int, name text)");
      }
      var copy = connection.unwrap(PGConnection.class).getCopyAPI();
      StringBuilder data = new StringBuilder();
      for (int i = 0; i < 20_000; i++) {
        data.append(i).append("\tname of ").append(i).append('\n');
      }
      assertEquals(
          20_000, copy.copyIn("copy copies from stdin", new StringReader(data.toString())));
      StringWriter back = new StringWriter();
      copy.copyOut("copy (select * from copies order by id) to stdout", back);
      assertEquals(data.toString(), back.toString());
      SQLException e =
          assertThrows(
              SQLException.class,
              () -> copy.copyIn("copy copies from stdin", new StringReader("x\ty\n")));
      assertEquals("22P02", e.getSQLState());
      var cancelled = copy.copyIn("copy copies from stdin");
      cancelled.writeToCopy("1\ta\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, 4);
      cancelled.cancelCopy();
      assertTrue(connection.isValid(5));
    }
  }

  @Test
  void largeValuesAndLargeObjects_comeBackWhole() throws SQLException {
    byte[] bytes = new byte[5_000_000];
    new Random(7).nextBytes(bytes);
    try (Connection connection = proxy.jdbc("prepareThreshold=1")) {
      try (PreparedStatement echo = connection.prepareStatement("select ?::bytea")) {
        for (int i = 0; i < 3; i++) {
          echo.setBytes(1, bytes);
          try (ResultSet rows = echo.executeQuery()) {
            assertTrue(rows.next());
            assertArrayEquals(bytes, rows.getBytes(1));
          }
        }
      }
      connection.setAutoCommit(false);
      LargeObjectManager manager = connection.unwrap(PGConnection.class).getLargeObjectAPI();
      long oid = manager.createLO();
      try (LargeObject object = manager.open(oid, LargeObjectManager.READWRITE)) {
        object.write(bytes);
        object.seek(1_000);
        assertArrayEquals(Arrays.copyOfRange(bytes, 1_000, 2_000), object.read(1_000));
      }
      connection.commit();
    }
  }

  @Test
  void fetchSize_streamsThroughAPortal() throws SQLException {
    try (Connection connection = proxy.jdbc();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.setFetchSize(100);
      long sum = 0;
      try (ResultSet rows = statement.executeQuery("select generate_series(1, 1050)")) {
        while (rows.next()) {
          sum += rows.getInt(1);
        }
      }
      assertEquals(1050L * 1051 / 2, sum);
      connection.commit();
    }
  }

  @Test
  void listen_hearsOfOtherClientsNotifications() throws SQLException {
    try (Connection listener = proxy.jdbc();
        Connection sender = proxy.jdbc();
        Statement listen = listener.createStatement();
        Statement notify = sender.createStatement()) {
      listen.execute("listen news");
      notify.execute("notify news, 'first'");
      var heard = listener.unwrap(PGConnection.class).getNotifications(10_000);
      assertEquals(1, heard.length);
      assertEquals("first", heard[0].getParameter());
      listen.execute("unlisten news");
    }
  }

  @Test
  void settingsOfTheDriver_reachEveryServer() throws SQLException {
    try (Connection one = proxy.jdbc("currentSchema=pg_catalog", "ApplicationName=one");
        Connection two = proxy.jdbc("ApplicationName=two");
        Statement ofOne = one.createStatement();
        Statement ofTwo = two.createStatement()) {
      one.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      one.setReadOnly(true);
      for (int i = 0; i < 6; i++) {
        assertEquals("one", show(ofOne, "application_name"));
        assertEquals("two", show(ofTwo, "application_name"));
        assertEquals("pg_catalog", show(ofOne, "search_path"));
        assertEquals("serializable", show(ofOne, "default_transaction_isolation"));
        assertEquals("read committed", show(ofTwo, "default_transaction_isolation"));
      }
    }
  }

  private static String show(Statement statement, String name) throws SQLException {
    try (ResultSet rows = statement.executeQuery("show " + name)) {
      assertTrue(rows.next());
      return rows.getString(1);
    }
  }
}
