package io.mamparo.compute;

import io.mamparo.compute.postgres.Roles;
import io.mamparo.compute.postgres.Schema;
import io.mamparo.compute.postgres.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings a running server to hold its database, logins and schema, and asks whether it answers,
 * over one connection that is kept. Safe for use by several threads.
 */
final class PostgresSetup {
  private static final String NO_SUCH_DATABASE = "3D000";

  private final PostgresConfig config;
  private final Login superuser;
  private final Runnable changed;
  private final Map<String, String> passwords = new ConcurrentSkipListMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Connection connection;
  private volatile boolean wanted = true;
  private volatile boolean incomplete = true;
  private volatile DatabaseStatus.@Nullable SchemaState schema;
  private volatile @Nullable String version;
  private volatile @Nullable String defect;

  /**
   * Does nothing yet.
   *
   * @param changed called when everything was done that was wanted
   */
  PostgresSetup(PostgresConfig config, Login superuser, Runnable changed) {
    this.config = config;
    this.superuser = superuser;
    this.changed = changed;
  }

  /** Whether all logins and the schema are there. */
  boolean complete() {
    return !incomplete;
  }

  DatabaseStatus.@Nullable SchemaState schema() {
    return schema;
  }

  @Nullable String version() {
    return version;
  }

  /** Why the database cannot be used although its server answers; null when it can. */
  @Nullable String defect() {
    return defect;
  }

  /** Does everything again with the next check, with these logins among others. */
  void want(Map<String, String> logins) {
    incomplete = incomplete || !passwords.keySet().containsAll(logins.keySet());
    passwords.putAll(logins);
    wanted = true;
  }

  /** Null when the server answers and all is set up, or else why not. */
  @Nullable String check(int port, Duration timeout) {
    lock.lock();
    try {
      if (wanted) {
        wanted = false;
        setUp(port, timeout);
        changed.run();
      }
      Connection current = connected(port, timeout);
      return current.isValid((int) Math.max(1, timeout.toSeconds()))
          ? null
          : gone("does not answer within " + timeout.toMillis() + " ms");
    } catch (SQLException e) {
      return gone(Session.message(e));
    } finally {
      lock.unlock();
    }
  }

  private String gone(String why) {
    close();
    return why;
  }

  private Connection connected(int port, Duration timeout) throws SQLException {
    Connection current = connection;
    if (current == null || current.isClosed()) {
      current = open(port, config.name(), timeout);
      connection = current;
    }
    return current;
  }

  private Connection open(int port, String database, Duration timeout) throws SQLException {
    Properties more = new Properties();
    more.setProperty("sslmode", "disable");
    more.setProperty("gssEncMode", "disable");
    return Session.open(
        config.host(), port, database, superuser.user(), superuser.password(), more, timeout);
  }

  private void setUp(int port, Duration timeout) throws SQLException {
    boolean done = false;
    try {
      Connection database = created(port, timeout);
      Roles.logins(database, config.name(), passwords);
      version = ask(database, "SHOW server_version");
      Path file = config.schema();
      if (file == null) {
        schema = null;
        defect = null;
      } else {
        schema(database, file);
      }
      incomplete = wanted;
      done = true;
    } finally {
      wanted = wanted || !done;
    }
  }

  /** The first log-in of a process is dear: only where there is no database yet there are two. */
  private Connection created(int port, Duration timeout) throws SQLException {
    try {
      return connected(port, timeout);
    } catch (SQLException e) {
      if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
        throw e;
      }
    }
    try (Connection server = open(port, "postgres", timeout)) {
      Roles.database(server, config.name());
    }
    return connected(port, timeout);
  }

  private void schema(Connection database, Path file) throws SQLException {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      schema = DatabaseStatus.SchemaState.FAILED;
      defect = "its schema " + file + " cannot be read: " + e.getMessage();
      return;
    }
    switch (Schema.apply(database, Roles.owner(config.name()), text)) {
      case Schema.Outcome.Applied _ -> {
        schema = DatabaseStatus.SchemaState.APPLIED;
        defect = null;
      }
      case Schema.Outcome.Changed _ -> {
        schema = DatabaseStatus.SchemaState.CHANGED_NOT_APPLIED;
        defect = null;
      }
      case Schema.Outcome.Failed failed -> {
        schema = DatabaseStatus.SchemaState.FAILED;
        defect = file + ":" + failed.line() + ":" + failed.column() + ": " + failed.why();
      }
    }
  }

  private static @Nullable String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** Closes the connection; the next check opens one again. */
  void close() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      try {
        current.abort(Runnable::run);
      } catch (SQLException e) {
        // It is closed either way.
        return;
      }
    }
  }
}
