package io.mamparo.compute.postgres;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Applies a schema file once. Stateless: the database itself remembers, in {@code mamparo.schema},
 * which file was applied. A file that changed later is not applied, because nobody can tell whether
 * its statements may be run again: changing a live schema is what migrations are for.
 */
public final class Schema {
  /** What became of the file. */
  public sealed interface Outcome {
    /** It was applied, now or before. */
    record Applied(boolean now) implements Outcome {}

    /** Another text was applied before; nothing was done. */
    record Changed() implements Outcome {}

    /** Nothing of it was applied. */
    record Failed(int line, int column, String why) implements Outcome {}
  }

  /** Everything is one transaction anyway; dumps come with these. */
  private static final Set<String> SKIPPED =
      Set.of(
          "BEGIN",
          "COMMIT",
          "END",
          "BEGIN TRANSACTION",
          "COMMIT TRANSACTION",
          "BEGIN WORK",
          "COMMIT WORK",
          "START TRANSACTION");

  private Schema() {}

  /**
   * Applies a text unless one was applied before.
   *
   * @param connection of the superuser to the database
   * @param owner whom everything will belong to
   */
  public static Outcome apply(Connection connection, String owner, String text)
      throws SQLException {
    prepare(connection);
    String hash = hash(text);
    Optional<String> applied = applied(connection);
    if (applied.isPresent()) {
      return applied.get().equals(hash) ? new Outcome.Applied(false) : new Outcome.Changed();
    }
    List<SqlScript.Statement> statements;
    try {
      statements = SqlScript.split(text);
    } catch (SqlScript.Malformed e) {
      return failed(text, e.offset(), String.valueOf(e.getMessage()));
    }
    return run(connection, owner, text, hash, statements);
  }

  private static void prepare(Connection connection) throws SQLException {
    if (Roles.exists(
        connection,
        "SELECT 1 FROM pg_tables WHERE schemaname || '.' || tablename = ?",
        "mamparo.schema")) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS mamparo");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS mamparo.schema"
              + " (hash text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
    }
  }

  private static Optional<String> applied(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT hash FROM mamparo.schema ORDER BY applied_at DESC")) {
      return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
    }
  }

  private static Outcome run(
      Connection connection,
      String owner,
      String text,
      String hash,
      List<SqlScript.Statement> statements)
      throws SQLException {
    connection.setAutoCommit(false);
    // A large schema may take longer than an answer normally does.
    int patience = connection.getNetworkTimeout();
    connection.setNetworkTimeout(Runnable::run, 0);
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("SET ROLE " + Roles.quote(owner));
      for (SqlScript.Statement next : statements) {
        Optional<Outcome> failure = run(connection, statement, text, next);
        if (failure.isPresent()) {
          connection.rollback();
          return failure.get();
        }
      }
      statement.execute("RESET ROLE");
      remember(connection, hash);
      connection.commit();
      return new Outcome.Applied(true);
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("RESET ALL");
        statement.execute("RESET ROLE");
      }
      connection.setNetworkTimeout(Runnable::run, patience);
    }
  }

  private static Optional<Outcome> run(
      Connection connection, Statement statement, String text, SqlScript.Statement next)
      throws SQLException {
    if (SKIPPED.contains(next.start())) {
      return Optional.empty();
    }
    if (next.start().startsWith("ROLLBACK")) {
      return Optional.of(failed(text, next.offset(), "ROLLBACK makes no sense in a schema"));
    }
    try {
      if (next.data() != null) {
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(next.sql(), new StringReader(next.data()));
      } else {
        statement.execute(next.sql());
      }
      return Optional.empty();
    } catch (PSQLException e) {
      ServerErrorMessage server = e.getServerErrorMessage();
      if (server == null) {
        throw e;
      }
      int position = Math.max(0, server.getPosition() - 1);
      int offset = next.offset() + Math.min(position, next.sql().length());
      return Optional.of(failed(text, offset, String.valueOf(server.getMessage())));
    } catch (IOException e) {
      throw new SQLException(e);
    }
  }

  private static void remember(Connection connection, String hash) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO mamparo.schema (hash) VALUES (?)")) {
      insert.setString(1, hash);
      insert.executeUpdate();
    }
  }

  private static Outcome failed(String text, int offset, String why) {
    String before = text.substring(0, Math.min(offset, text.length()));
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    return new Outcome.Failed(line, column, why);
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
