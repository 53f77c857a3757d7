package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.tls.CertificateAuthority;
import io.mamparo.wire.tls.Identity;
import io.mamparo.wire.tls.Pem;
import io.mamparo.wire.tls.ServerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that encrypt: psql with its own libpq and that of PostgreSQL 18, pgjdbc, raw bytes. */
class ClientTlsIT {
  @TempDir static Path directory;
  private static RealPostgres postgres;
  private static CertificateAuthority authority;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
    authority = CertificateAuthority.open(directory.resolve("ca"), "Mamparo test", Instant.now());
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static Identity identity(String name) {
    return authority.issue(
        new CertificateAuthority.Holder(name, List.of("localhost"), List.of("127.0.0.1"), null),
        Duration.ofHours(1),
        Instant.now());
  }

  private static ServerTls tls() {
    ServerTls tls =
        new ServerTls(
            new ServerTls.Settings(List.of("postgresql"), true, List.of(authority.root())));
    tls.show(List.of(identity("proxy")));
    return tls;
  }

  private static Security security(ServerTls tls) {
    return new Security(tls, false, false, Map.of(), List.of(), Security.Throttle.DEFAULT);
  }

  private static TestProxy proxy(Security security, ProxyListener listener) {
    DatabaseProxyConfig config =
        TestProxy.config(
            postgres, TestProxy.pool(4, Duration.ofSeconds(5)), DatabaseProxyConfig.Limits.DEFAULT);
    return new TestProxy(postgres, config.withSecurity(security), listener);
  }

  /** What a client says; the process must end by itself. */
  private static String psql(boolean libpq18, TestProxy proxy, String options) throws Exception {
    List<String> command =
        List.of(
            "psql",
            "-XAtq",
            "-c",
            "select 6*7",
            "host=127.0.0.1 port=" + proxy.port() + " user=app dbname=db " + options);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PGPASSWORD", TestProxy.PASSWORD);
    if (libpq18) {
      builder.environment().put("LD_LIBRARY_PATH", postgres.libraries().toString());
    }
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return said.strip();
  }

  @Test
  @NeedsProgram("psql")
  void psql_comesInEncrypted_verifiedAndBoundToTheChannel() throws Exception {
    ConcurrentLinkedQueue<LogInDecision> decisions = new ConcurrentLinkedQueue<>();
    String root = "sslrootcert=" + authority.rootFile();
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), listening(decisions))) {
      for (String options :
          List.of(
              "sslmode=require",
              "sslmode=verify-full channel_binding=require " + root,
              "sslmode=verify-full ssl_min_protocol_version=TLSv1.3 " + root,
              "sslmode=verify-full ssl_max_protocol_version=TLSv1.2 " + root,
              "sslmode=disable",
              "sslmode=prefer channel_binding=disable")) {
        assertEquals("42", psql(false, proxy, options), options);
        LogInDecision decision = decisions.remove();
        assertTrue(decision.allowed());
        boolean encrypted = !options.contains("disable") || options.contains("prefer");
        assertEquals(encrypted, decision.tls().startsWith("TLSv1."), decision.tls());
        assertEquals(
            encrypted && !options.contains("binding=disable")
                ? "SCRAM-SHA-256-PLUS"
                : "SCRAM-SHA-256",
            decision.method());
      }
      for (String options :
          List.of("sslmode=require sslnegotiation=direct", "sslmode=verify-full " + root)) {
        assertEquals("42", psql(true, proxy, options), options);
      }
      assertEquals(8, proxy.proxy().observe().clients().accepted());
    }
  }

  @Test
  @NeedsProgram("psql")
  void psql_refusesACertificateOfAnotherAuthority() throws Exception {
    CertificateAuthority other =
        CertificateAuthority.open(directory.resolve("other"), "Other", Instant.now());
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), ProxyListener.NONE)) {
      String said = psql(false, proxy, "sslmode=verify-ca sslrootcert=" + other.rootFile());
      assertTrue(said.contains("certificate verify failed"), said);
    }
  }

  private static ProxyListener listening(ConcurrentLinkedQueue<LogInDecision> decisions) {
    return new ProxyListener() {
      @Override
      public void onStatement(StatementRecord statement) {}

      @Override
      public void onLogIn(LogInDecision decision) {
        decisions.add(decision);
      }
    };
  }

  @Test
  void pgjdbc_bindsToTheChannel_andMovesLargeResultsBothWays() throws Exception {
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), ProxyListener.NONE);
        Connection connection =
            proxy.jdbc(
                "sslmode=verify-full",
                "sslrootcert=" + authority.rootFile(),
                "channelBinding=require");
        Statement statement = connection.createStatement()) {
      String large = "x".repeat(3_000_000);
      try (ResultSet rows =
          statement.executeQuery(
              "select '" + large + "', repeat('y', 5000000), count(*) from generate_series(1,9)")) {
        assertTrue(rows.next());
        assertEquals(large, rows.getString(1));
        assertEquals(5_000_000, rows.getString(2).length());
      }
      try (ResultSet rows =
          statement.executeQuery("select repeat('z', 100) from generate_series(1,50000)")) {
        int n = 0;
        while (rows.next()) {
          n++;
        }
        assertEquals(50_000, n);
      }
    }
  }

  @Test
  void cancel_arrivesOverAnEncryptedConnection() throws Exception {
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), ProxyListener.NONE);
        Connection connection = proxy.jdbc("sslmode=require");
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      SQLException e =
          assertThrows(SQLException.class, () -> statement.execute("select pg_sleep(60)"));
      assertEquals("57014", e.getSQLState());
    }
  }

  @Test
  @NeedsProgram("psql")
  void plainConnections_areRefusedWhenEncryptionIsRequired() throws Exception {
    try (ServerTls tls = tls();
        TestProxy proxy =
            proxy(
                new Security(tls, true, false, Map.of(), List.of(), Security.Throttle.DEFAULT),
                ProxyListener.NONE)) {
      assertTrue(
          psql(false, proxy, "sslmode=disable").contains("takes encrypted connections only"));
      assertEquals("42", psql(false, proxy, "sslmode=allow"), "libpq tries again with TLS");
    }
  }

  @Test
  @NeedsProgram("psql")
  void certificates_standForUsers_andAreAskedForWhenRequired() throws Exception {
    Identity alice =
        authority.issue(
            new CertificateAuthority.Holder(
                "alice", List.of(), List.of(), "spiffe://cars/service/orders"),
            Duration.ofHours(1),
            Instant.now());
    Path key = Files.writeString(directory.resolve("alice.key"), Pem.text(alice.key()));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Path certificate =
        Files.writeString(directory.resolve("alice.crt"), Pem.text(alice.certificate()));
    String shows = " sslcert=" + certificate + " sslkey=" + key;
    Security security =
        new Security(
            null,
            false,
            true,
            Map.of("spiffe://cars/service/orders", Set.of("app")),
            List.of(),
            Security.Throttle.DEFAULT);
    ConcurrentLinkedQueue<LogInDecision> decisions = new ConcurrentLinkedQueue<>();
    try (ServerTls tls = tls();
        TestProxy proxy =
            proxy(
                new Security(
                    tls, false, true, security.certificateLogins(), List.of(), security.throttle()),
                listening(decisions))) {
      assertEquals("42", psql(false, proxy, "sslmode=require password=wrong" + shows));
      assertEquals("certificate", decisions.remove().method());
      String without = psql(false, proxy, "sslmode=require");
      assertTrue(without.contains("requires a valid client certificate"), without);
    }
  }

  @Test
  @NeedsProgram("psql")
  void rules_decideByDatabaseUserNetworkAndEncryption_theFirstThatFits() throws Exception {
    AccessRule plainNever =
        new AccessRule(true, Set.of("db"), Set.of("app"), Set.of("orders"), Set.of(), true);
    ConcurrentLinkedQueue<LogInDecision> decisions = new ConcurrentLinkedQueue<>();
    try (ServerTls tls = tls();
        TestProxy proxy =
            proxy(
                new Security(
                    tls, false, false, Map.of(), List.of(plainNever), Security.Throttle.DEFAULT),
                listening(decisions))) {
      assertEquals("42", psql(false, proxy, "sslmode=require"));
      String plain = psql(false, proxy, "sslmode=disable");
      assertTrue(plain.contains("no rule lets user \"app\" use database \"db\""), plain);
      decisions.remove();
      LogInDecision decision = decisions.remove();
      assertFalse(decision.allowed());
      assertEquals("28000", decision.sqlState());
    }
    assertTrue(AccessRule.contains("10.0.0.0/9", new byte[] {10, 127, 1, 1}));
    assertFalse(AccessRule.contains("10.0.0.0/9", new byte[] {10, -128, 1, 1}));
    assertTrue(AccessRule.contains("127.0.0.1", new byte[] {127, 0, 0, 1}));
    assertThrows(
        IllegalArgumentException.class, () -> AccessRule.contains("10.0.0.0/33", new byte[4]));
  }

  @Test
  void failedLogIns_areSlowedDown_andOthersAreNot() throws Exception {
    Security security =
        new Security(null, false, false, Map.of(), List.of(), new Security.Throttle(3, 60));
    try (TestProxy proxy = proxy(security, ProxyListener.NONE)) {
      for (int i = 0; i < 3; i++) {
        assertEquals("28P01", refusal(proxy, "app"));
      }
      assertEquals("28000", refusal(proxy, "app"));
      assertEquals("28P01", refusal(proxy, "somebody"), "another user");
    }
  }

  private static String refusal(TestProxy proxy, String user) {
    SQLException e =
        assertThrows(
            SQLException.class,
            () ->
                java.sql.DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/db?sslmode=disable",
                    user,
                    "wrong"));
    return e.getSQLState();
  }

  @Test
  @NeedsProgram("psql")
  void tokens_areCheckedInPlaceOfPasswords_andOnlyTakenEncrypted() throws Exception {
    DatabaseProxyConfig.Pool pool = TestProxy.pool(2, Duration.ofSeconds(5));
    DatabaseProxyConfig usual =
        TestProxy.config(postgres, pool, DatabaseProxyConfig.Limits.DEFAULT);
    DatabaseProxyConfig.Login login = usual.logins().getFirst();
    DatabaseProxyConfig.Login byToken =
        new DatabaseProxyConfig.Login(
            login.user(),
            Secret.of(""),
            login.database(),
            login.upstreamUser(),
            login.upstreamPassword(),
            pool,
            null,
            DatabaseProxyConfig.Proof.TOKEN);
    try (ServerTls tls = tls();
        TestProxy proxy =
            new TestProxy(
                postgres,
                new DatabaseProxyConfig(
                    usual.listen(),
                    usual.databases(),
                    List.of(byToken),
                    usual.limits(),
                    new Security(
                        tls,
                        false,
                        false,
                        Map.of(),
                        List.of(),
                        Security.Throttle.DEFAULT,
                        (token, user) ->
                            token.equals("good/" + user) ? null : "the token has expired")),
                ProxyListener.NONE)) {
      assertEquals("42", psql(false, proxy, "sslmode=require password=good/app"));
      String late = psql(false, proxy, "sslmode=require password=bad");
      assertTrue(late.contains("the token has expired"), late);
      String plain = psql(false, proxy, "sslmode=disable password=good/app");
      assertTrue(plain.contains("need an encrypted connection"), plain);
    }
  }

  @Test
  void plaintextBehindAnSslRequest_isRefused() throws Exception {
    ByteBuffer request = ByteBuffer.allocate(17).putInt(8).putInt(Frontend.SSL_REQUEST);
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), ProxyListener.NONE)) {
      byte[] answer = raw(proxy, request.array());
      assertEquals('E', answer[0]);
      assertTrue(new String(answer, StandardCharsets.UTF_8).contains("unencrypted data"));
    }
  }

  @Test
  void gssRequest_isAnsweredNo_andTlsMayFollow() throws Exception {
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), ProxyListener.NONE);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(ByteBuffer.allocate(8).putInt(8).putInt(Frontend.GSSENC_REQUEST).array());
      assertEquals('N', socket.getInputStream().read());
      socket
          .getOutputStream()
          .write(ByteBuffer.allocate(8).putInt(8).putInt(Frontend.SSL_REQUEST).array());
      assertEquals('S', socket.getInputStream().read());
    }
  }

  @Test
  void sslRequest_isAnsweredNo_andDirectTlsClosed_whenItIsSwitchedOff() throws Exception {
    byte[] hello = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
    try (TestProxy proxy = proxy(Security.NONE, ProxyListener.NONE)) {
      assertArrayEquals(new byte[0], raw(proxy, hello));
    }
  }

  @Test
  @NeedsProgram("openssl")
  void directTls_withoutItsProtocolNegotiated_isRefused() throws Exception {
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), ProxyListener.NONE)) {
      Process process =
          new ProcessBuilder(
                  "openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + proxy.port())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
      assertTrue(said.contains("without ALPN protocol negotiation"), said);
    }
  }

  private static byte[] raw(TestProxy proxy, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes);
      return socket.getInputStream().readAllBytes();
    }
  }

  @Test
  void certificates_areReplacedUnderLoad_withoutAFailedStatementOrLogIn() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger statements = new AtomicInteger();
    AtomicInteger logIns = new AtomicInteger();
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    try (ServerTls tls = tls();
        TestProxy proxy = proxy(security(tls), ProxyListener.NONE)) {
      String[] options = {
        "sslmode=verify-full", "sslrootcert=" + authority.rootFile(), "channelBinding=require"
      };
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        clients.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (Connection connection = proxy.jdbc(options);
                          Statement statement = connection.createStatement()) {
                        while (!over.get()) {
                          statement.execute("select 1");
                          statements.incrementAndGet();
                        }
                      } catch (Throwable e) {
                        failures.add(e);
                      }
                    }));
        clients.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        while (!over.get()) {
                          proxy.jdbc(options).close();
                          logIns.incrementAndGet();
                        }
                      } catch (Throwable e) {
                        failures.add(e);
                      }
                    }));
      }
      int rotations = 0;
      long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (failures.isEmpty()
          && (rotations < 50 || statements.get() < 1_000 || logIns.get() < 50)
          && System.nanoTime() < end) {
        tls.show(List.of(identity("proxy " + rotations)));
        rotations++;
        TimeUnit.MILLISECONDS.sleep(20);
      }
      over.set(true);
      for (Thread client : clients) {
        client.join();
      }
      for (Throwable failure : failures) {
        throw new AssertionError("after " + rotations + " rotations", failure);
      }
      assertTrue(rotations >= 50 && statements.get() >= 1_000 && logIns.get() >= 50);
    }
  }
}
