package rental;

import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** A database with the schema, for the services of a test. */
final class Rental implements AutoCloseable {
  final RealPostgres postgres = RealPostgres.start("log_statement=all");

  Rental() throws IOException, SQLException {
    applySchema();
  }

  void applySchema() throws IOException, SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(Files.readString(Path.of("schema.sql")));
    }
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  /** For a service; more pairs of name and value. */
  Map<String, String> environment(String... more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PGHOST", "127.0.0.1");
    environment.put("PGPORT", Integer.toString(postgres.port()));
    environment.put("PGDATABASE", postgres.database());
    environment.put("PGUSER", postgres.user());
    environment.put("PGPASSWORD", postgres.password());
    environment.put("PORT", "0");
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  @Override
  public void close() {
    postgres.close();
  }
}
