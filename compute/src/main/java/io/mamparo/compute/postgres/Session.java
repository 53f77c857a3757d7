package io.mamparo.compute.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;

/** Opens connections to a server. Stateless. */
public final class Session {
  private Session() {}

  /**
   * A connection.
   *
   * @param more properties of the driver, such as {@code sslmode}
   * @param timeout for connecting, and for every answer
   */
  public static Connection open(
      String host,
      int port,
      String database,
      String user,
      String password,
      Properties more,
      Duration timeout)
      throws SQLException {
    Properties properties = new Properties();
    properties.putAll(more);
    String seconds = Long.toString(Math.max(1, timeout.toSeconds()));
    properties.setProperty("PGHOST", host);
    properties.setProperty("PGPORT", Integer.toString(port));
    properties.setProperty("PGDBNAME", database);
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("ApplicationName", "mamparo");
    properties.setProperty("connectTimeout", seconds);
    properties.setProperty("loginTimeout", seconds);
    properties.setProperty("socketTimeout", seconds);
    Connection connection = new Driver().connect("jdbc:postgresql://", properties);
    if (connection == null) {
      throw new SQLException("the driver does not know its own URL");
    }
    return connection;
  }

  /** The message of an error without the driver's decoration. */
  public static String message(SQLException e) {
    String text = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return text.startsWith("FATAL: ") || text.startsWith("ERROR: ") ? text.substring(7) : text;
  }
}
