package io.mamparo.load.sql;

import io.mamparo.load.ErrorKind;
import io.mamparo.load.SqlLoad;
import io.mamparo.load.Template;
import io.mamparo.load.run.Connections;
import io.mamparo.load.run.Job;
import io.mamparo.load.run.Lane;
import io.mamparo.load.run.Outcome;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A database connection, in autocommit. Its lane's virtual thread uses it; another thread may abort
 * it. A connection that broke is opened again by the next call.
 */
final class SqlLane implements Lane {
  private final SqlLoad load;
  private final List<String> statements;
  private final Connections connections;
  private final @Nullable PreparedStatement[] prepared;
  private volatile @Nullable Connection connection;

  SqlLane(SqlLoad load, Connections connections) {
    this.load = load;
    this.connections = connections;
    this.statements =
        load.statements().stream().map(statement -> statement.sql().withMarks("?")).toList();
    this.prepared = new PreparedStatement[statements.size()];
  }

  @Override
  public Outcome call(Job job) {
    Connection current = connection;
    if (current == null) {
      try {
        current = open(job.deadline());
      } catch (SQLException e) {
        return refused(e);
      }
      if (past(job)) {
        return Outcome.failed(ErrorKind.TIMEOUT);
      }
    }
    try {
      execute(current, job);
      return Outcome.answered(true, "ok");
    } catch (SQLException e) {
      return failed(current, job, e);
    }
  }

  private void execute(Connection current, Job job) throws SQLException {
    PreparedStatement statement = prepared[job.kind()];
    if (statement == null) {
      statement = current.prepareStatement(statements.get(job.kind()));
      prepared[job.kind()] = statement;
    }
    Template sql = load.statements().get(job.kind()).sql();
    long[] values = sql.values(job.seq(), job.draw());
    for (int i = 0; i < values.length; i++) {
      statement.setLong(i + 1, values[i]);
    }
    boolean rows = statement.execute();
    if (rows) {
      try (ResultSet result = statement.getResultSet()) {
        while (result.next()) {
          // Rows are read to the end, as an application would.
        }
      }
    }
  }

  private Connection open(long deadline) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", load.user());
    properties.setProperty("password", load.password());
    properties.setProperty("ApplicationName", "mamparo-load");
    long left = Math.max(1, (deadline - System.nanoTime()) / 1_000_000_000L);
    properties.setProperty("loginTimeout", Long.toString(left));
    properties.setProperty("connectTimeout", Long.toString(left));
    Connection opened = DriverManager.getConnection(load.url(), properties);
    connections.open();
    connection = opened;
    return opened;
  }

  private static Outcome refused(SQLException e) {
    String state = state(e);
    return state.startsWith("08")
        ? Outcome.failed(ErrorKind.CONNECT)
        : new Outcome(false, state, ErrorKind.SQL);
  }

  private Outcome failed(Connection current, Job job, SQLException e) {
    boolean broken = !alive(current);
    if (broken) {
      close();
      // Time is up: it was closed on this side.
      if (past(job)) {
        return Outcome.failed(ErrorKind.TIMEOUT);
      }
      connections.drop();
    }
    String state = state(e);
    return broken && state.startsWith("08")
        ? Outcome.failed(ErrorKind.CLOSED)
        : new Outcome(false, state, ErrorKind.SQL);
  }

  private static boolean past(Job job) {
    return System.nanoTime() - job.deadline() >= 0;
  }

  private static String state(SQLException e) {
    String state = e.getSQLState();
    return state == null ? "no SQLSTATE" : state;
  }

  private static boolean alive(Connection connection) {
    try {
      return !connection.isClosed();
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public void abort() {
    Connection current = connection;
    if (current != null) {
      try {
        current.abort(Runnable::run);
      } catch (SQLException e) {
        // It is gone either way.
      }
    }
  }

  @Override
  public void close() {
    Connection current = connection;
    connection = null;
    java.util.Arrays.fill(prepared, null);
    if (current != null) {
      try {
        current.close();
      } catch (SQLException e) {
        // It is gone either way.
      }
    }
  }
}
