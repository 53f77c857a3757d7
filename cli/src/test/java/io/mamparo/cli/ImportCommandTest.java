package io.mamparo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.PoolMode;
import io.mamparo.model.Stack;
import io.mamparo.model.StackFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PgBouncer's configuration becomes a stack file that passes check. */
class ImportCommandTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String ini, String... more) throws IOException {
    Files.writeString(directory.resolve("pgbouncer.ini"), ini);
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            Map.of(),
            directory);
    String[] arguments = new String[more.length + 2];
    arguments[0] = "import";
    arguments[1] = "pgbouncer.ini";
    System.arraycopy(more, 0, arguments, 2, more.length);
    return Main.run(terminal, arguments);
  }

  private String yaml() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String notes() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Stack stack(Map<String, String> environment) {
    return StackFile.parse("mamparo.yaml", yaml(), directory, environment).orThrow();
  }

  private static DatabaseSpec.DatabaseUrl url(Stack stack, String database) {
    if (stack.databases().get(database) instanceof DatabaseSpec.External external) {
      return external.url();
    }
    throw new AssertionError(database + " is not in " + stack.databases().keySet());
  }

  @Test
  void settings_becomeTheProxys() throws IOException {
    assertEquals(
        0,
        run(
            """
            ;; a comment
            [databases]
            cars = host=db.internal port=5433 dbname=cars_prod user=app password='it''s ${x} "q"'
            jobs = host=db.internal user=app password=p pool_mode=statement
            [pgbouncer]
            listen_addr = *
            listen_port = 7000
            pool_mode = transaction
            max_client_conn = 5000
            default_pool_size = 33
            query_wait_timeout = 2.5
            server_idle_timeout = 60
            server_lifetime = 1800
            max_prepared_statements = 300
            min_pool_size = 4
            server_check_delay = 10
            transaction_timeout = 60
            idle_transaction_timeout = 30
            client_idle_timeout = 3600
            server_tls_sslmode = disable
            auth_type = scram-sha-256
            """),
        notes());
    Stack stack = stack(Map.of());
    DatabaseSpec.DatabaseUrl url = url(stack, "cars");
    assertEquals("db.internal:5433", url.address().toString());
    assertEquals("cars_prod", url.database());
    assertEquals("app", url.user());
    assertEquals("it's ${x} \"q\"", url.password().reveal());
    assertEquals("disable", url.parameters().get("sslmode"));
    assertEquals("0.0.0.0:7000", stack.proxy().listen().at(0).toString());
    assertEquals(5000, stack.proxy().clients());
    assertEquals(33, stack.proxy().pools().max());
    assertEquals(Duration.ofMillis(2500), stack.proxy().pools().borrowTimeout());
    assertEquals(Duration.ofMinutes(1), stack.proxy().pools().idleTimeout());
    assertEquals(Duration.ofMinutes(30), stack.proxy().pools().maxLifetime());
    assertEquals(300, stack.proxy().pools().preparedStatements());
    assertEquals(4, stack.proxy().pools().min());
    assertEquals(Duration.ofSeconds(10), stack.proxy().pools().checkAfter());
    assertEquals(Duration.ofMinutes(1), stack.proxy().pools().transactionTimeout());
    assertEquals(Duration.ofSeconds(30), stack.proxy().pools().idleInTransaction());
    assertEquals(Duration.ofHours(1), stack.proxy().pools().clientIdle());
    assertEquals(PoolMode.TRANSACTION, stack.proxy().pools().mode());
    assertNull(mode(stack, "cars"));
    assertEquals(PoolMode.STATEMENT, mode(stack, "jobs"));
    assertEquals("", notes());
  }

  private static @Nullable PoolMode mode(Stack stack, String database) {
    return Objects.requireNonNull(stack.databases().get(database)).servers().mode();
  }

  @Test
  void poolMode_isPgBouncersDefaultWhenNothingIsSaid() throws IOException {
    assertEquals(
        0,
        run("[databases]\ncars = host=h user=u password=p\n[pgbouncer]\nlisten_addr = h\n"),
        notes());
    assertEquals(PoolMode.SESSION, stack(Map.of()).proxy().pools().mode());
    assertTrue(yaml().contains("# transaction would share"), yaml());
  }

  @Test
  void poolModes_thatPgBouncerDoesNotHaveAreRefusedWithTheirPlace() throws IOException {
    assertEquals(1, run("[pgbouncer]\npool_mode = query\n"));
    assertTrue(notes().contains("pgbouncer.ini:2") && notes().contains("pool_mode query"), notes());
  }

  @Test
  void authFile_givesThePassword() throws IOException {
    Files.writeString(
        directory.resolve("users.txt"),
        """
        "old" "md545f2603610af569b6155c45067268c6b"
        "app" "pass""word" trailing
        "new" "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy"
        """);
    assertEquals(
        0,
        run(
            """
            [databases]
            plain = host=127.0.0.1 user=app
            scram = host=127.0.0.1 user=new
            nobody = host=127.0.0.1
            [pgbouncer]
            auth_file = users.txt
            pool_mode = transaction
            """),
        notes());
    Stack stack = stack(Map.of("SCRAM_PASSWORD", "from outside"));
    assertEquals("pass\"word", url(stack, "plain").password().reveal());
    assertEquals("from outside", url(stack, "scram").password().reveal());
    assertEquals("app", url(stack, "nobody").user());
    assertTrue(notes().contains("set SCRAM_PASSWORD"), notes());
    assertTrue(notes().contains("only user app"), notes());
    assertFalse(yaml().contains("md545"), "a hash is no password");
  }

  @Test
  void secrets_goToFilesWhenAsked() throws IOException {
    assertEquals(
        0,
        run(
            "[databases]\ncars = host=h user=u password=hidden\n[pgbouncer]\n",
            "--secrets",
            "secrets"),
        notes());
    assertFalse(yaml().contains("hidden"));
    assertEquals("hidden", url(stack(Map.of()), "cars").password().reveal());
    assertEquals(
        "rw-------",
        java.nio.file.attribute.PosixFilePermissions.toString(
            Files.getPosixFilePermissions(directory.resolve("secrets/cars"))));
  }

  @Test
  void whatHasNoEquivalent_isACommentAndANote() throws IOException {
    assertEquals(
        0,
        run(
            """
            [databases]
            * = host=fallback user=u password=p
            Upper = host=h user=u password=p
            cars = host=a,b user=u password=p pool_size=50 connect_query='set x'
            sock = user=u password=p
            [users]
            u = max_user_connections=9
            [pgbouncer]
            auth_type = trust
            query_timeout = 30
            reserve_pool_size = 5
            admin_users = boss
            server_lifetime = 0
            """),
        notes());
    Stack stack = stack(Map.of());
    assertEquals(java.util.Set.of("cars", "sock"), stack.databases().keySet());
    assertEquals(50, stack.proxy().pools().max());
    assertEquals(
        "[a:5432, b:5432]", url(stack, "cars").addresses().toString(), "a primary and a replica");
    for (String word :
        new String[] {"fallback", "Upper", "hosts", "Unix socket", "trust", "query_timeout"}) {
      assertTrue(notes().contains(word), word + " in " + notes());
    }
    for (String word :
        new String[] {
          "# * =",
          "# Upper",
          "pool_size=50",
          "connect_query=…",
          "max_user_connections=9",
          "# server_lifetime = 0",
          "reserve_pool_size = 5",
          "admin_users = boss"
        }) {
      assertTrue(yaml().contains(word), word + " in " + yaml());
    }
  }

  @Test
  void unknownSettings_areRefusedWithTheirPlace() throws IOException {
    assertEquals(1, run("[pgbouncer]\n\nmax_client_con = 5\n"));
    assertTrue(notes().contains("pgbouncer.ini:3"), notes());
    assertTrue(notes().contains("max_client_con"), notes());
    assertEquals("", yaml());
  }

  @Test
  void zeroByte_isNoTextFile() throws IOException {
    assertEquals(1, run("[pgbouncer]\nauth_file = a\0b\n"));
    assertTrue(notes().contains("holds a zero byte"), notes());
    assertEquals(1, run("%include a\0b\n"));
    assertEquals("", yaml());
  }

  @Test
  void whatCannotBeDropped_isRefused() throws IOException {
    assertEquals(1, run("[pgbouncer]\ndisable_pqexec = 1\n"));
    assertEquals(1, run("[pgbouncer]\nauth_type = pam\n"));
    assertEquals("", yaml());
  }

  @Test
  void includes_areRead() throws IOException {
    Files.writeString(directory.resolve("more.ini"), "max_client_conn = 77\n");
    assertEquals(0, run("[pgbouncer]\n%include more.ini\n"), notes());
    assertEquals(77, stack(Map.of()).proxy().clients());
  }
}
