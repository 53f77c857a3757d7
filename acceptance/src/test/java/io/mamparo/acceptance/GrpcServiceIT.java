package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.Messages.EchoStatus;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import io.grpc.testing.integration.TestServiceImpl;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service of gRPC: three keys in the stack file, and it is checked, routed and called. */
final class GrpcServiceIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor();
  private static final HealthStatusManager HEALTH = new HealthStatusManager();
  @TempDir static Path directory;
  private static Server server;
  private static RunningStack stack;

  @BeforeAll
  static void start() throws IOException {
    server =
        NettyServerBuilder.forPort(0)
            .addService(new TestServiceImpl(TIMER))
            .addService(HEALTH.getHealthService())
            .build()
            .start();
    Path file = directory.resolve("mamparo.yaml");
    Files.writeString(
        file,
        """
        stack: calls
        services:
          greeter:
            endpoints: ["http://127.0.0.1:%d"]
            protocol: h2
            health: {grpc: true, interval: 100ms}
            timeout: 30s
        routes:
          - {path: /*, to: greeter}
        """
            .formatted(server.getPort()));
    stack = RunningStack.of(file, Map.of());
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
    server.shutdownNow();
    TIMER.shutdownNow();
  }

  private static NettyChannelBuilder plain() {
    return NettyChannelBuilder.forAddress("127.0.0.1", stack.port(8080)).usePlaintext();
  }

  private static void call(NettyChannelBuilder to) throws InterruptedException {
    ManagedChannel channel = to.build();
    try {
      TestServiceGrpc.TestServiceBlockingStub stub =
          TestServiceGrpc.newBlockingStub(channel)
              // Certificates are made while plain connections are served already.
              .withWaitForReady()
              .withDeadlineAfter(SOON.toSeconds(), TimeUnit.SECONDS);
      stub.emptyCall(Empty.getDefaultInstance());
      ByteString large = ByteString.copyFrom(new byte[300_000]);
      assertEquals(
          200_000,
          stub.unaryCall(
                  SimpleRequest.newBuilder()
                      .setResponseSize(200_000)
                      .setPayload(Payload.newBuilder().setBody(large))
                      .build())
              .getPayload()
              .getBody()
              .size());
      List<Integer> sizes = new ArrayList<>();
      StreamingOutputCallRequest.Builder stream = StreamingOutputCallRequest.newBuilder();
      for (int size : List.of(1, 100_000, 3)) {
        stream.addResponseParameters(ResponseParameters.newBuilder().setSize(size));
      }
      for (var answers = stub.streamingOutputCall(stream.build()); answers.hasNext(); ) {
        StreamingOutputCallResponse next = answers.next();
        sizes.add(next.getPayload().getBody().size());
      }
      assertEquals(List.of(1, 100_000, 3), sizes);
      EchoStatus full = EchoStatus.newBuilder().setCode(8).setMessage("full").build();
      SimpleRequest fails = SimpleRequest.newBuilder().setResponseStatus(full).build();
      StatusRuntimeException thrown =
          assertThrows(StatusRuntimeException.class, () -> stub.unaryCall(fails));
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, thrown.getStatus().getCode());
      assertEquals("full", thrown.getStatus().getDescription());
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static boolean ready() {
    JsonNode status = RunningStack.json(stack.get(stack.control("/v1/status")).body());
    for (JsonNode resource : status.get("resources")) {
      if (resource.get("kind").asText().equals("service")) {
        assertEquals("h2", resource.get("desired").get("protocol").asText());
        return resource.get("ready").asBoolean();
      }
    }
    throw new AssertionError("no service in " + status);
  }

  @Test
  void everyKindOfCall_passesTheIngress() throws Exception {
    call(plain());
  }

  @Test
  void everyKindOfCall_passesEncrypted() throws Exception {
    call(
        NettyChannelBuilder.forAddress("localhost", stack.port(8080))
            .sslContext(GrpcSslContexts.forClient().trustManager(root().toFile()).build()));
  }

  private static Path root() {
    return stack.data.resolve("ca/root.crt");
  }

  @Test
  @NeedsProgram("curl")
  void encryptedClients_speakWhatTheyOffer() {
    Await.until("certificates are made", SOON, () -> curl("1.1").exit() == 0);
    for (String version : List.of("2", "1.1")) {
      assertEquals(version, curl(version).mustSucceed().output());
    }
  }

  private static Command.Result curl(String version) {
    return Command.run(
        SOON,
        Map.of(),
        List.of(
            "curl",
            "-sS",
            "--http" + version,
            "--cacert",
            root().toString(),
            "-o",
            directory.resolve("body").toString(),
            "-w",
            "%{http_version}",
            "https://localhost:" + stack.port(8080) + "/x"));
  }

  @Test
  void whatTheHealthServiceSays_isWhatStatusSays() {
    Await.until("it serves", SOON, GrpcServiceIT::ready);
    HEALTH.setStatus("", ServingStatus.NOT_SERVING);
    Await.until("it does not", SOON, () -> !ready());
    HEALTH.setStatus("", ServingStatus.SERVING);
    Await.until("it serves again", SOON, GrpcServiceIT::ready);
    assertTrue(ready());
  }
}
