package io.mamparo.compute.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The database, its owner and the logins of its users. Stateless; everything can be done again and
 * changes nothing then.
 *
 * <p>The owner cannot log in. Every user is a member of it and becomes it by logging in, so that
 * whatever one creates all others can use.
 */
public final class Roles {
  private Roles() {}

  /** The role that owns a database. */
  public static String owner(String database) {
    return database + "_owner";
  }

  /**
   * Creates a database and its owner where missing.
   *
   * @param connection of the superuser, to whatever database
   */
  public static void database(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", owner(name))) {
        statement.execute("CREATE ROLE " + quote(owner(name)) + " NOLOGIN");
      }
      if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", name)) {
        statement.execute("CREATE DATABASE " + quote(name) + " OWNER " + quote(owner(name)));
        statement.execute("REVOKE ALL ON DATABASE " + quote(name) + " FROM PUBLIC");
      }
    }
  }

  /**
   * Creates logins where missing, and sets their passwords where they differ.
   *
   * @param passwords by user
   */
  public static void logins(Connection connection, String database, Map<String, String> passwords)
      throws SQLException {
    for (Map.Entry<String, String> login : passwords.entrySet()) {
      login(connection, owner(database), login.getKey(), login.getValue());
    }
  }

  private static void login(Connection connection, String owner, String user, String password)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", user)) {
        statement.execute("CREATE ROLE " + quote(user) + " LOGIN");
      }
      if (!exists(connection, MEMBER, user, owner)) {
        statement.execute("GRANT " + quote(owner) + " TO " + quote(user));
        statement.execute("ALTER ROLE " + quote(user) + " SET role = " + quote(owner));
      }
    }
    if (!Scram.matches(verifier(connection, user), password)) {
      // Hashed here: the password itself never goes to the server nor into its log.
      connection
          .unwrap(PGConnection.class)
          .alterUserPassword(user, password.toCharArray(), "scram-sha-256");
    }
  }

  private static final String MEMBER =
      "SELECT 1 FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member"
          + " JOIN pg_roles o ON o.oid = m.roleid"
          + " JOIN pg_db_role_setting s ON s.setrole = u.oid AND s.setdatabase = 0"
          + " WHERE u.rolname = ? AND o.rolname = ?";

  private static @Nullable String verifier(Connection connection, String user) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT rolpassword FROM pg_authid WHERE rolname = ?")) {
      query.setString(1, user);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  static boolean exists(Connection connection, String sql, String... arguments)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.length; i++) {
        query.setString(i + 1, arguments[i]);
      }
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** An identifier that needs no care. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
