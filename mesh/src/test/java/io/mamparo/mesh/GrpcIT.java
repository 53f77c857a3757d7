package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.TestServiceGrpc;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of gRPC, with its own client, server and interoperability cases. */
class GrpcIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static MeshConfig config(int port) {
    MeshConfig.Endpoint endpoint = new MeshConfig.Endpoint("e0", "127.0.0.1", port, true, 1, null);
    return TestMesh.config(MeshConfig.Service.of("cars", List.of(endpoint)).withHttp2(true));
  }

  /** gRPC's own cases, with the mesh between its client and its server. */
  private static final class Interop extends AbstractInteropTest {
    private final int port = Ports.free();
    private final TestMesh mesh = new TestMesh(config(port));

    @Override
    protected ServerBuilder<?> getServerBuilder() {
      return NettyServerBuilder.forPort(port).maxInboundMessageSize(16 << 20);
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
      return NettyChannelBuilder.forAddress("127.0.0.1", mesh.port())
          .usePlaintext()
          .maxInboundMessageSize(16 << 20);
    }

    @Override
    protected boolean metricsExpected() {
      return false;
    }

    void run(String name) throws Exception {
      setUp();
      try {
        AbstractInteropTest.class.getMethod(name).invoke(this);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof Exception cause) {
          throw cause;
        }
        throw new AssertionError(name, e.getCause());
      } finally {
        tearDown();
        mesh.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "emptyUnary",
        "largeUnary",
        "serverCompressedUnary",
        "serverStreaming",
        "clientStreaming",
        "serverCompressedStreaming",
        "pingPong",
        "emptyStream",
        "cancelAfterBegin",
        "cancelAfterFirstResponse",
        "fullDuplexCallShouldSucceed",
        "halfDuplexCallShouldSucceed",
        "serverStreamingShouldBeFlowControlled",
        "veryLargeRequest",
        "veryLargeResponse",
        "exchangeMetadataUnaryCall",
        "exchangeMetadataStreamingCall",
        "deadlineNotExceeded",
        "deadlineExceeded",
        "deadlineExceededServerStreaming",
        "customMetadata",
        "statusCodeAndMessage",
        "specialStatusMessage",
        "unimplementedMethod",
        "unimplementedService",
        "timeoutOnSleepingServer"
      })
  void interoperabilityCase_passes(String name) throws Exception {
    new Interop().run(name);
  }

  /** A service that answers what the test says. */
  private interface Answers {
    void call(StreamObserver<Empty> to);
  }

  private static Server server(Answers answers) throws java.io.IOException {
    return NettyServerBuilder.forPort(0)
        .addService(
            new TestServiceGrpc.TestServiceImplBase() {
              @Override
              public void emptyCall(Empty request, StreamObserver<Empty> to) {
                answers.call(to);
              }
            })
        .build()
        .start();
  }

  private static @Nullable Status call(Channel channel, Duration deadline) {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    try {
      ClientCalls.blockingUnaryCall(
          channel, TestServiceGrpc.getEmptyCallMethod(), options, Empty.getDefaultInstance());
      return null;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private static ManagedChannel channel(TestMesh mesh) {
    return NettyChannelBuilder.forAddress("127.0.0.1", mesh.port())
        .usePlaintext()
        .disableRetry()
        .build();
  }

  @Test
  void nobodyListening_isUnavailable() {
    try (TestMesh mesh = new TestMesh(config(Ports.free()))) {
      ManagedChannel channel = channel(mesh);
      try {
        StatusRuntimeException thrown =
            assertThrows(
                StatusRuntimeException.class,
                () ->
                    TestServiceGrpc.newBlockingStub(channel).emptyCall(Empty.getDefaultInstance()));
        assertEquals(Status.Code.UNAVAILABLE, thrown.getStatus().getCode());
        String what = String.valueOf(thrown.getStatus().getDescription());
        assertTrue(what.startsWith("no connection to an endpoint could be made"), what);
        Await.until("record", SOON, () -> mesh.seen.size() == 1);
        assertEquals(Reason.NO_CONNECTION, mesh.seen.getFirst().reason());
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void unavailableCalls_areFailuresForTheBreaker() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Server server =
        server(
            to -> {
              calls.incrementAndGet();
              to.onError(Status.UNAVAILABLE.asRuntimeException());
            });
    try (TestMesh mesh = new TestMesh(config(server.getPort()), 1)) {
      ManagedChannel channel = channel(mesh);
      try {
        Await.until(
            "the breaker opens",
            SOON,
            () -> {
              Status status = call(channel, SOON);
              return status != null
                  && String.valueOf(status.getDescription()).startsWith("the breaker is open");
            });
        int before = calls.get();
        call(channel, SOON);
        assertEquals(before, calls.get());
      } finally {
        channel.shutdownNow();
      }
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void deadline_cutsTheCallForTheService() throws Exception {
    AtomicInteger cancelled = new AtomicInteger();
    Server server =
        server(
            to ->
                ((io.grpc.stub.ServerCallStreamObserver<Empty>) to)
                    .setOnCancelHandler(cancelled::incrementAndGet));
    try (TestMesh mesh = new TestMesh(config(server.getPort()))) {
      ManagedChannel channel = channel(mesh);
      try {
        Status status = call(channel, Duration.ofMillis(300));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, status == null ? null : status.getCode());
        Await.until("the service hears of it", SOON, () -> cancelled.get() == 1);
      } finally {
        channel.shutdownNow();
      }
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void connectionsThatTheServerRetires_failNoCall() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    Server server =
        NettyServerBuilder.forPort(0)
            .maxConnectionAge(1, TimeUnit.SECONDS)
            .addTransportFilter(
                new ServerTransportFilter() {
                  @Override
                  public Attributes transportReady(Attributes attributes) {
                    connections.incrementAndGet();
                    return attributes;
                  }
                })
            .addService(
                new TestServiceGrpc.TestServiceImplBase() {
                  @Override
                  public void emptyCall(Empty request, StreamObserver<Empty> to) {
                    to.onNext(request);
                    to.onCompleted();
                  }
                })
            .build()
            .start();
    try (TestMesh mesh = new TestMesh(config(server.getPort()), 1)) {
      ManagedChannel channel = channel(mesh);
      ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
      AtomicBoolean over = new AtomicBoolean();
      List<Thread> callers = new ArrayList<>();
      try {
        for (int i = 0; i < 4; i++) {
          callers.add(
              Thread.ofVirtual()
                  .start(
                      () -> {
                        while (!over.get()) {
                          Status status = call(channel, Duration.ofSeconds(20));
                          if (status != null) {
                            failures.add(status.toString());
                          }
                          LockSupport.parkNanos(2_000_000);
                        }
                      }));
        }
        Await.until("several connections", Duration.ofSeconds(60), () -> connections.get() > 3);
      } finally {
        over.set(true);
        for (Thread caller : callers) {
          caller.join();
        }
        channel.shutdownNow();
      }
      assertEquals(List.of(), List.copyOf(failures));
    } finally {
      server.shutdownNow();
    }
  }
}
