package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.wire.tls.CertificateAuthority;
import io.mamparo.wire.tls.ClientTls;
import io.mamparo.wire.tls.Identity;
import io.mamparo.wire.tls.ServerTls;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted and plain connections on one port, with curl as the client. */
class TlsIT {
  @TempDir static Path directory;
  private static CertificateAuthority authority;

  @BeforeAll
  static void prepare() {
    authority = CertificateAuthority.open(directory.resolve("ca"), "Mamparo test", Instant.now());
  }

  private static Identity identity(String... hosts) {
    return authority.issue(
        new CertificateAuthority.Holder(hosts[0], Arrays.asList(hosts), List.of(), null),
        Duration.ofHours(1),
        Instant.now());
  }

  private static ServerTls tls(Identity... identities) {
    ServerTls tls =
        new ServerTls(new ServerTls.Settings(List.of("h2", "http/1.1"), true, List.of()));
    tls.show(List.of(identities));
    return tls;
  }

  private static MeshConfig config(ServerTls tls, boolean plain, MeshConfig.Service service) {
    MeshConfig usual = TestMesh.config(service);
    return new MeshConfig(
        List.of(
            new MeshConfig.Listener(
                "ingress", TestMesh.anyPort(), new MeshConfig.Kind.Ingress(), tls, plain)),
        usual.services(),
        usual.routes(),
        usual.limits());
  }

  /** What curl prints, its exit code first. */
  private static String curl(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("curl", "-sS", "-m", "20", "--cacert", authority.rootFile().toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return process.exitValue() + " " + said.strip();
  }

  private static String[] at(TestMesh mesh, String host, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.add("--resolve");
    arguments.add(host + ":" + mesh.port() + ":127.0.0.1");
    arguments.add("https://" + host + ":" + mesh.port() + "/x");
    return arguments.toArray(new String[0]);
  }

  @Test
  @NeedsProgram("curl")
  void onePort_takesBothKinds_andTheServiceLearnsWhich() throws Exception {
    try (ServerTls tls = tls(identity("localhost"));
        TestServer server =
            TestServer.answering(
                r -> TestServer.ok(r.header("x-forwarded-proto") + " " + r.header("forwarded")));
        TestMesh mesh = new TestMesh(config(tls, true, TestMesh.service("a", server)))) {
      String encrypted = curl(at(mesh, "localhost"));
      assertTrue(encrypted.startsWith("0 https "), encrypted);
      assertTrue(encrypted.contains("proto=https"), encrypted);
      String plain = curl("http://127.0.0.1:" + mesh.port() + "/x");
      assertTrue(plain.startsWith("0 http ") && plain.contains("proto=http"), plain);
      assertTrue(curl(at(mesh, "localhost", "--tls-max", "1.2")).startsWith("0 https"));
      assertTrue(
          curl(at(mesh, "localhost", "--http1.1", "-H", "Connection: close")).startsWith("0 https"),
          "closed");
    }
  }

  @Test
  @NeedsProgram("curl")
  void plainConnections_areToldSo_whenTheyAreRefused() throws Exception {
    try (ServerTls tls = tls(identity("localhost"));
        TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(config(tls, false, TestMesh.service("a", server)))) {
      assertEquals("0 hello", curl(at(mesh, "localhost")));
      assertEquals(
          "0 This port takes encrypted connections only: https://400",
          curl("-w", "%{http_code}", "http://127.0.0.1:" + mesh.port() + "/x").replace("\n", ""));
    }
  }

  @Test
  @NeedsProgram("curl")
  void hostThatIsNamed_isShownItsOwnCertificate() throws Exception {
    try (ServerTls tls = tls(identity("a.test"), identity("b.test", "*.c.test"));
        TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(config(tls, true, TestMesh.service("a", server)))) {
      assertEquals("0 hello", curl(at(mesh, "a.test")));
      assertEquals("0 hello", curl(at(mesh, "b.test")));
      assertEquals("0 hello", curl(at(mesh, "x.c.test")));
      assertTrue(curl(at(mesh, "other.test")).startsWith("60 "), "the first one does not fit");
    }
  }

  @Test
  @NeedsProgram("curl")
  void client_speaksWhatItAgreedOn() throws Exception {
    try (ServerTls tls = tls(identity("localhost"), identity("b.test"));
        TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(config(tls, true, TestMesh.service("a", server)))) {
      String[] shown = {"-w", " %{http_version}"};
      for (String host : List.of("localhost", "b.test")) {
        assertEquals("0 hello 2", curl(with(at(mesh, host, "--http2"), shown)));
        assertEquals("0 hello 1.1", curl(with(at(mesh, host, "--http1.1"), shown)));
        assertEquals("0 hello 1.1", curl(with(at(mesh, host, "--no-alpn"), shown)));
        assertEquals("0 hello 2", curl(with(at(mesh, host, "--tls-max", "1.2"), shown)));
      }
      for (HttpClient.Version version : HttpClient.Version.values()) {
        try (HttpClient client =
            HttpClient.newBuilder().sslContext(trusting()).version(version).build()) {
          URI uri = URI.create("https://localhost:" + mesh.port() + "/x");
          for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer =
                client.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals("hello", answer.body());
            assertEquals(version, answer.version());
          }
        }
      }
    }
  }

  @Test
  void clientThatAgreedOnHttp2_getsTheSettingsAtOnce_andNothingElseIsSpoken() throws Exception {
    try (ServerTls tls = tls(identity("localhost"));
        TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(config(tls, true, TestMesh.service("a", server)));
        SSLSocket socket =
            (SSLSocket) trusting().getSocketFactory().createSocket("localhost", mesh.port())) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      assertEquals("h2", socket.getApplicationProtocol());
      byte[] frame = socket.getInputStream().readNBytes(9);
      assertEquals(TestStreams.SETTINGS, frame[3], "before the client has said anything");
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertFalse(rest.contains("HTTP/1.1 200"), rest);
      assertTrue(rest.contains("the preface is not that of HTTP/2"), rest);
      assertEquals(0, server.accepted.get());
    }
  }

  @Test
  void webSocket_isSpokenEncrypted_byClientsThatOfferHttp2Otherwise() throws Exception {
    try (ServerTls tls = tls(identity("localhost"));
        TestServer server = TestServer.script(TestWebSockets::echo);
        TestMesh mesh = new TestMesh(config(tls, true, TestMesh.service("a", server)));
        HttpClient client = HttpClient.newBuilder().sslContext(trusting()).build()) {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("wss://localhost:" + mesh.port() + "/ws"),
                  new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(
                        WebSocket from, CharSequence data, boolean last) {
                      heard.add(data.toString());
                      from.request(1);
                      return null;
                    }
                  })
              .get(20, TimeUnit.SECONDS);
      socket.sendText("hello", true).get(20, TimeUnit.SECONDS);
      assertEquals("hello", heard.poll(20, TimeUnit.SECONDS));
      socket.abort();
    }
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.addAll(List.of(some));
    return all.toArray(String[]::new);
  }

  private static SSLContext trusting() throws Exception {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    roots.setCertificateEntry("root", authority.root());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  @NeedsProgram("curl")
  void largeBodies_passBothWays() throws Exception {
    try (ServerTls tls = tls(identity("localhost"));
        TestServer server =
            TestServer.answering(r -> TestServer.ok("y".repeat(3_000_000 + r.body().length)));
        TestMesh mesh = new TestMesh(config(tls, true, TestMesh.service("a", server)))) {
      Path body = directory.resolve("body");
      java.nio.file.Files.write(body, new byte[2_000_000]);
      String said =
          curl(
              at(
                  mesh,
                  "localhost",
                  "--data-binary",
                  "@" + body,
                  "-o",
                  "/dev/null",
                  "-w",
                  "%{http_code} %{size_download}"));
      assertEquals("0 200 5000000", said);
    }
  }

  @Test
  @NeedsProgram("curl")
  void service_isCalledEncrypted_onlyWhenItProvesItsName() throws Exception {
    try (ServerTls tls = tls(identity("localhost"));
        ClientTls right = client("localhost");
        ClientTls wrong = client("elsewhere.test");
        TestServer server = TestServer.saying("far");
        TestMesh far = new TestMesh(config(tls, false, TestMesh.service("a", server)))) {
      for (ClientTls client : List.of(right, wrong)) {
        MeshConfig.Service service =
            MeshConfig.Service.of(
                "b",
                List.of(
                    new MeshConfig.Endpoint(
                        "e", "127.0.0.1", far.port(), true, 1, null, 0, null, client)));
        try (TestMesh near = new TestMesh(TestMesh.config(service))) {
          String url = "http://127.0.0.1:" + near.port() + "/x";
          for (int i = 0; i < 3; i++) {
            String said = curl("-w", "%{http_code}", url).replace("\n", "");
            if (client == right) {
              assertEquals("0 far200", said);
            } else {
              assertTrue(said.endsWith("503") || said.endsWith("502"), said);
            }
          }
        }
      }
    }
  }

  @Test
  void grpcService_isCalledEncrypted_onlyWhenItAgreesOnHttp2() throws Exception {
    Identity identity = identity("localhost");
    HealthStatusManager health = new HealthStatusManager();
    Server grpc =
        NettyServerBuilder.forPort(0)
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(identity.key(), identity.chain()))
                    .build())
            .addService(health.getHealthService())
            .build()
            .start();
    try (ClientTls right = client("localhost", "h2");
        ClientTls wrong = client("elsewhere.test", "h2");
        ServerTls old =
            new ServerTls(new ServerTls.Settings(List.of("http/1.1"), true, List.of()));
        TestServer server = TestServer.saying("far")) {
      old.show(List.of(identity));
      try (TestMesh far = new TestMesh(config(old, false, TestMesh.service("a", server)))) {
        assertEquals(Status.Code.OK, checked(grpc.getPort(), right));
        assertEquals(Status.Code.UNAVAILABLE, checked(grpc.getPort(), wrong));
        assertEquals(Status.Code.UNAVAILABLE, checked(far.port(), right), "it speaks HTTP/1.1");
        assertEquals(0, server.accepted.get());
      }
    } finally {
      grpc.shutdownNow();
    }
  }

  /** What gRPC's health service answers through a mesh that calls this port encrypted. */
  private static Status.Code checked(int port, ClientTls tls) throws InterruptedException {
    MeshConfig.Endpoint endpoint =
        new MeshConfig.Endpoint("e", "127.0.0.1", port, true, 1, null, 0, null, tls);
    MeshConfig.Service service = MeshConfig.Service.of("b", List.of(endpoint)).withHttp2(true);
    try (TestMesh near = new TestMesh(TestMesh.config(service))) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", near.port())
              .usePlaintext()
              .disableRetry()
              .build();
      try {
        for (int i = 0; i < 3; i++) {
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance());
        }
        return Status.Code.OK;
      } catch (StatusRuntimeException e) {
        assertEquals(Reason.NO_CONNECTION, near.seen.getFirst().reason());
        return e.getStatus().getCode();
      } finally {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      }
    }
  }

  private static ClientTls client(String name) {
    return client(name, "http/1.1");
  }

  private static ClientTls client(String name, String protocol) {
    return new ClientTls(
        new ClientTls.Settings(
            ClientTls.Verify.FULL, List.of(authority.root()), null, name, List.of(protocol)));
  }

  @Test
  @NeedsProgram("curl")
  void certificates_areReplacedUnderLoad_withoutAFailedRequest() throws Exception {
    try (ServerTls tls = tls(identity("localhost"));
        TestServer server = TestServer.saying("ok");
        TestMesh mesh = new TestMesh(config(tls, true, TestMesh.service("a", server)))) {
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger done = new AtomicInteger();
      ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        clients.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        while (!over.get()) {
                          String said = curl(at(mesh, "localhost"));
                          if (!said.equals("0 ok")) {
                            failures.add(said);
                          }
                          done.incrementAndGet();
                        }
                      } catch (Exception e) {
                        failures.add(e.toString());
                      }
                    }));
      }
      int rotations = 0;
      long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while ((rotations < 50 || done.get() < 50) && System.nanoTime() < end) {
        tls.show(List.of(identity("localhost")));
        rotations++;
        TimeUnit.MILLISECONDS.sleep(20);
      }
      over.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertEquals(List.of(), List.copyOf(failures));
      assertTrue(rotations >= 50 && done.get() >= 50, rotations + " and " + done);
      assertNotEquals(0, server.accepted.get());
    }
  }
}
