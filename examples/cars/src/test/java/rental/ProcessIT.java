package rental;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is started by a stack. */
class ProcessIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void sigterm_letsRequestsInFlightFinish() throws Exception {
    int port = Ports.free();
    Api cars = new Api(port);
    Path log = directory.resolve("log");
    try (Rental rental = new Rental()) {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              "target/rental.jar",
              "rental.cars.CarsService");
      builder.environment().putAll(rental.environment("PORT", Integer.toString(port)));
      Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      try (Connection connection = rental.connect();
          Statement statement = connection.createStatement()) {
        Await.until("it listens", SOON, () -> cars.get("/health").status() == 200);
        connection.setAutoCommit(false);
        statement.execute("LOCK TABLE car IN ACCESS EXCLUSIVE MODE");
        CompletableFuture<Api.Answer> inFlight = cars.later("/cars/");
        Await.until("the request waits for the lock", SOON, () -> isSomeoneWaiting(rental));
        process.destroy();
        Await.until(
            "it is stopping", SOON, () -> cars.get("/health").header("Connection").equals("close"));
        connection.rollback();
        assertEquals(200, inFlight.get(10, TimeUnit.SECONDS).status());
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "it ends");
        assertEquals(143, process.exitValue());
      } finally {
        process.destroyForcibly();
      }
    }
    assertTrue(Files.readString(log).startsWith("cars listens on 127.0.0.1:" + port), "says so");
  }

  /** On a connection of its own, for within a transaction the view does not change. */
  private static boolean isSomeoneWaiting(Rental rental) throws SQLException {
    String sql = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    try (Connection connection = rental.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next();
    }
  }
}
