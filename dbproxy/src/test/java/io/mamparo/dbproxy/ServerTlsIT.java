package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.tls.CertificateAuthority;
import io.mamparo.wire.tls.ClientTls;
import io.mamparo.wire.tls.ClientTls.Verify;
import io.mamparo.wire.tls.Identity;
import io.mamparo.wire.tls.Pem;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encryption towards a real PostgreSQL 18 with certificates of our own authority. */
class ServerTlsIT {
  @TempDir static Path directory;
  private static CertificateAuthority authority;
  private static RealPostgres encrypted;
  private static RealPostgres plain;

  @BeforeAll
  static void start() throws Exception {
    authority = CertificateAuthority.open(directory.resolve("ca"), "Mamparo test", Instant.now());
    Identity server = identity("localhost");
    encrypted =
        RealPostgres.startWithFiles(
            files ->
                List.of(
                    "ssl=on",
                    "ssl_cert_file=" + files.put("server.crt", Pem.text(server.certificate())),
                    "ssl_key_file=" + files.put("server.key", Pem.text(server.key())),
                    "ssl_ca_file=" + files.put("root.crt", Pem.text(authority.root()))));
    plain = RealPostgres.start();
  }

  @AfterAll
  static void stop() {
    encrypted.close();
    plain.close();
  }

  private static Identity identity(String host) {
    return authority.issue(
        new CertificateAuthority.Holder("app", List.of(host), List.of(), null),
        Duration.ofHours(1),
        Instant.now());
  }

  private static ClientTls client(Verify verify, @Nullable String name) {
    return new ClientTls(
        new ClientTls.Settings(
            verify, List.of(authority.root()), identity("client"), name, List.of("postgresql")));
  }

  private static TestProxy proxy(RealPostgres server, UpstreamTls tls) {
    DatabaseProxyConfig.Pool pool = TestProxy.pool(2, Duration.ofSeconds(3));
    return new TestProxy(
        server,
        new DatabaseProxyConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            List.of(
                new DatabaseProxyConfig.Database(
                    "db",
                    "127.0.0.1",
                    server.port(),
                    server.database(),
                    BreakerSettings.DEFAULT,
                    tls)),
            List.of(TestProxy.login(server, TestProxy.USER, pool, null)),
            Limits.DEFAULT),
        ProxyListener.NONE);
  }

  /** What the server says of the connection it was asked on. */
  private static String seen(RealPostgres server, UpstreamTls tls) throws SQLException {
    try (TestProxy proxy = proxy(server, tls);
        Connection connection = proxy.jdbc();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select coalesce(version, 'plain') || ' ' || coalesce(client_dn, '-')"
                    + " from pg_stat_ssl where pid = pg_backend_pid()")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void server_isReachedEncrypted_verifiedAndBoundToTheChannel() throws Exception {
    for (boolean direct : new boolean[] {false, true}) {
      UpstreamTls full =
          new UpstreamTls(UpstreamTls.Mode.REQUIRE, client(Verify.FULL, "localhost"), direct, true);
      assertEquals("TLSv1.3 /CN=app", seen(encrypted, full));
    }
  }

  @Test
  void server_isReachedPlain_onlyWhenEncryptionIsNotRequired() throws Exception {
    ClientTls any = client(Verify.NOTHING, null);
    assertEquals("plain -", seen(encrypted, UpstreamTls.OFF));
    assertEquals(
        "plain -", seen(plain, new UpstreamTls(UpstreamTls.Mode.PREFER, any, false, false)));
    assertTrue(
        seen(encrypted, new UpstreamTls(UpstreamTls.Mode.PREFER, any, false, false))
            .startsWith("TLS"));
    String refusal = refusal(plain, new UpstreamTls(UpstreamTls.Mode.REQUIRE, any, false, false));
    assertTrue(refusal.contains("does not support TLS"), refusal);
  }

  @Test
  void server_thatIsNotWhoItShouldBe_isNotUsed() {
    String otherHost =
        refusal(
            encrypted,
            new UpstreamTls(
                UpstreamTls.Mode.REQUIRE, client(Verify.FULL, "db.example.org"), false, false));
    assertTrue(otherHost.contains("made for another host"), otherHost);
    ClientTls strangers =
        new ClientTls(
            new ClientTls.Settings(
                Verify.AUTHORITY,
                List.of(
                    CertificateAuthority.open(directory.resolve("other"), "Other", Instant.now())
                        .root()),
                null,
                null,
                List.of("postgresql")));
    String otherRoot =
        refusal(encrypted, new UpstreamTls(UpstreamTls.Mode.REQUIRE, strangers, false, false));
    assertTrue(otherRoot.contains("no trusted authority"), otherRoot);
  }

  private static String refusal(RealPostgres server, UpstreamTls tls) {
    try (TestProxy proxy = proxy(server, tls)) {
      SQLException e = assertThrows(SQLException.class, proxy::jdbc);
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void authority_isEnough_whenTheHostIsNotToBeVerified() throws Exception {
    UpstreamTls some =
        new UpstreamTls(UpstreamTls.Mode.REQUIRE, client(Verify.AUTHORITY, null), false, false);
    assertEquals("TLSv1.3 /CN=app", seen(encrypted, some));
  }

  @Test
  void cancel_reachesTheServerEncrypted() throws Exception {
    UpstreamTls full =
        new UpstreamTls(UpstreamTls.Mode.REQUIRE, client(Verify.FULL, "localhost"), true, true);
    try (TestProxy proxy = proxy(encrypted, full);
        Connection connection = proxy.jdbc();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      SQLException e =
          assertThrows(SQLException.class, () -> statement.execute("select pg_sleep(60)"));
      assertEquals("57014", e.getSQLState());
    }
  }

  @Test
  void largeRows_passEncryptedOnTheServersSide() throws Exception {
    UpstreamTls tls =
        new UpstreamTls(UpstreamTls.Mode.REQUIRE, client(Verify.NOTHING, null), false, false);
    try (TestProxy proxy = proxy(encrypted, tls);
        Connection connection = proxy.jdbc();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select repeat('y', 20000000)")) {
      row.next();
      assertEquals(20_000_000, row.getString(1).length());
    }
    assertTrue(Files.exists(authority.rootFile()));
  }
}
