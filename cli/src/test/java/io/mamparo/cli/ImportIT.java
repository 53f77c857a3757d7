package io.mamparo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mamparo.cli.Installation.Result;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.Ports;
import io.mamparo.testkit.RealPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PgBouncer's configuration is imported and run, and its users find what they are used to. */
class ImportIT {
  @TempDir Path directory;

  @Test
  @NeedsProgram("psql")
  void pgbouncersUsers_goOnWorking() throws Exception {
    int port = Ports.free();
    try (RealPostgres postgres = RealPostgres.start();
        Installation stack = new Installation(directory)) {
      Files.writeString(
          directory.resolve("users.txt"),
          "\"" + postgres.user() + "\" \"" + postgres.password() + "\"\n");
      Files.writeString(
          directory.resolve("pgbouncer.ini"),
          """
          [databases]
          shop = host=127.0.0.1 port=%d dbname=%s
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          auth_type = scram-sha-256
          auth_file = users.txt
          pool_mode = transaction
          default_pool_size = 7
          admin_users = postgres
          """
              .formatted(postgres.port(), postgres.database(), port));
      Result imported = stack.mamparo("import", "pgbouncer.ini", "--secrets", "secrets");
      assertEquals(0, imported.status(), imported.out());
      stack.stack(imported.out().replaceAll("(?m)^note: .*\n", ""));
      Result check = stack.mamparo("check");
      assertEquals(0, check.status(), check.out() + imported.out());
      Result up = stack.up();
      assertEquals(0, up.status(), up.out());

      Map<String, String> client =
          Map.of(
              "PGHOST",
              "127.0.0.1",
              "PGPORT",
              Integer.toString(port),
              "PGUSER",
              postgres.user(),
              "PGPASSWORD",
              postgres.password(),
              "PGDATABASE",
              "shop",
              "PGAPPNAME",
              "till");
      Result psql = stack.run(client, List.of("psql", "-XAtc", "select 40 + 2"));
      assertEquals("42\n", psql.out());

      Result pools = stack.run(client, List.of("psql", "-XAt", "pgbouncer", "-c", "SHOW POOLS"));
      assertTrue(pools.out().startsWith("shop|" + postgres.user() + "|"), pools.out());
      Result token =
          stack.run(
              Map.of(
                  "PGHOST", "127.0.0.1",
                  "PGPORT", Integer.toString(port),
                  "PGUSER", "pgbouncer",
                  "PGPASSWORD", stack.control().token(),
                  "PGDATABASE", "pgbouncer"),
              List.of("psql", "-XAt", "-c", "SHOW DATABASES", "-c", "RELOAD"));
      assertTrue(token.out().startsWith("shop|127.0.0.1|" + postgres.port()), token.out());
      assertTrue(token.out().contains("|7|"), token.out());
      assertTrue(token.out().endsWith("RELOAD\n"), token.out());

      seenFromOutside(stack, client);
    }
  }

  /** The statement is in SHOW STATEMENTS and in the live view; a slow one is in the log. */
  private static void seenFromOutside(Installation stack, Map<String, String> client)
      throws Exception {
    Result slow = stack.run(client, List.of("psql", "-XAtc", "select pg_sleep(1.1), 'secret'"));
    assertEquals(0, slow.status(), slow.out());
    Result statements =
        stack.run(client, List.of("psql", "-XAt", "mamparo", "-c", "SHOW STATEMENTS"));
    assertTrue(statements.out().contains("select pg_sleep(?), ?"), statements.out());
    Result once = stack.mamparo("db", "top", "--once", "--every", "0.2");
    assertEquals(0, once.status(), once.out());
    assertTrue(once.out().contains("DATABASE"), once.out());
    assertTrue(once.out().contains("shop"), once.out());
    JsonNode json =
        new ObjectMapper().readTree(stack.mamparo("db", "top", "--once", "--json").out());
    assertEquals("shop", json.path("pools").path(0).path("database").asText());
    assertTrue(json.path("pools").path(0).path("total").path("statements").asLong() >= 2);
    Await.until(
        "the slow statement is logged",
        Duration.ofSeconds(20),
        () -> {
          String log = stack.mamparo("logs", "slow-statements").out();
          return log.contains("select pg_sleep(?), ?") && !log.contains("secret");
        });
  }
}
