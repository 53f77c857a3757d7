package io.mamparo.compute;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.mamparo.compute.HealthCheck.By;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.Ports;
import io.mamparo.wire.tls.CertificateAuthority;
import io.mamparo.wire.tls.Identity;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health checks over HTTP/2, asked of servers that others wrote. */
class HttpCheckIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static HealthCheck check(By by, @Nullable String path) {
    HealthCheck d = HealthCheck.DEFAULT;
    return new HealthCheck(path, by, d.interval(), SOON, 1, 2, d.startPeriod(), null);
  }

  private static @Nullable String ask(int port, HealthCheck check) {
    InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return HttpCheck.ask(to, "127.0.0.1:" + port, check, SOON, null);
  }

  @Test
  void grpc_worksAsLongAsItServes() throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    Server server = NettyServerBuilder.forPort(0).addService(health.getHealthService()).build();
    server.start();
    try {
      HealthCheck check = check(By.GRPC, null);
      assertNull(ask(server.getPort(), check));
      health.setStatus("", ServingStatus.NOT_SERVING);
      assertEquals("gRPC's health service answered NOT_SERVING", ask(server.getPort(), check));
      health.setStatus("", ServingStatus.SERVING);
      assertNull(ask(server.getPort(), check));
      health.clearStatus("");
      assertEquals(
          "gRPC's health service answered status 5", ask(server.getPort(), check), "NOT_FOUND");
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void grpcServerWithoutHealthService_isToldSo() throws IOException {
    Server server = NettyServerBuilder.forPort(0).build().start();
    try {
      assertEquals(
          "has no health service of gRPC (grpc.health.v1.Health)",
          ask(server.getPort(), check(By.GRPC, null)));
      assertNull(ask(server.getPort(), check(By.HTTP_2, null)), "it can be connected to");
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void encryptedServer_isAskedWhenItProvesItsName(@TempDir Path directory) throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.open(directory.resolve("ca"), "Mamparo test", Instant.now());
    Identity identity =
        authority.issue(
            new CertificateAuthority.Holder("s", List.of("localhost"), List.of(), null),
            Duration.ofHours(1),
            Instant.now());
    HealthStatusManager health = new HealthStatusManager();
    Server server =
        NettyServerBuilder.forPort(0)
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(identity.key(), identity.chain()))
                    .build())
            .addService(health.getHealthService())
            .build()
            .start();
    try {
      HealthCheck check = check(By.GRPC, null);
      int port = server.getPort();
      SSLSocketFactory tls = trusting(authority);
      InetAddress here = InetAddress.getLoopbackAddress();
      for (String name : List.of("localhost", "elsewhere.test")) {
        InetSocketAddress to =
            new InetSocketAddress(InetAddress.getByAddress(name, here.getAddress()), port);
        String wrong = HttpCheck.ask(to, name, check, SOON, tls);
        assertEquals(name.equals("localhost"), wrong == null, wrong);
      }
      assertNotNull(ask(port, check), "it speaks nothing in clear text");
    } finally {
      server.shutdownNow();
    }
  }

  private static SSLSocketFactory trusting(CertificateAuthority authority) throws Exception {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    roots.setCertificateEntry("root", authority.root());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  @Test
  @NeedsProgram("haproxy")
  void path_isAskedForInHttp2(@TempDir Path directory) throws Exception {
    int port = Ports.free();
    Path config = directory.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        defaults
          mode http
          timeout client 10s
        frontend streams
          bind 127.0.0.1:%d proto h2
          http-request return status 204 if { path /up } { req.hdr(host) 127.0.0.1:%d }
          http-request return status 301 hdr location /up if { path /moved }
          http-request return status 503 content-type text/plain string "no"
        """
            .formatted(port, port));
    Process haproxy =
        new ProcessBuilder("haproxy", "-db", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try {
      HealthCheck up = check(By.HTTP_2, "/up");
      Await.until("haproxy", SOON, () -> ask(port, up) == null);
      assertNull(ask(port, check(By.HTTP_2, "/moved")), "no redirect is followed");
      assertEquals("/down answered 503", ask(port, check(By.HTTP_2, "/down")));
      assertNotNull(ask(port, check(By.HTTP_1, "/up")), "it speaks nothing else");
      assertNotNull(ask(port, check(By.GRPC, null)));
    } finally {
      haproxy.destroyForcibly().waitFor();
    }
  }

  @Test
  void serverThatSpeaksOnlyHttp1_isToldSo() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket client = server.accept()) {
                  client.getInputStream().read();
                  client
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"
                              .getBytes(US_ASCII));
                  client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException e) {
                  // The check has heard enough.
                }
              });
      assertEquals(
          "does not answer in HTTP/2", ask(server.getLocalPort(), check(By.HTTP_2, "/up")));
    }
  }
}
