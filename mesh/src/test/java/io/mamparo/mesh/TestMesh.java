package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.kernel.Clock;
import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.net.Transport;
import io.netty.util.ResourceLeakDetector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A mesh with one ingress, and what it told. */
final class TestMesh implements AutoCloseable {
  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  /** A record, copied. */
  record Seen(
      String caller,
      @Nullable String service,
      @Nullable String route,
      String method,
      @Nullable String template,
      String path,
      int status,
      Reason reason,
      @Nullable String endpoint,
      int tries,
      boolean hedged,
      boolean hedge,
      boolean calledOff,
      boolean budgetSpent,
      long durationNanos,
      long firstByteNanos,
      long requestBytes,
      long responseBytes,
      long traceHigh,
      long traceLow,
      long span,
      long parent,
      boolean sampled,
      boolean traced,
      boolean visitor) {
    static Seen of(RequestRecord r) {
      return new Seen(
          r.caller(),
          r.service(),
          r.route(),
          r.method(),
          r.template(),
          r.path(),
          r.status(),
          r.reason(),
          r.endpoint(),
          r.tries(),
          r.hedged(),
          r.hedge(),
          r.calledOff(),
          r.budgetSpent(),
          r.durationNanos(),
          r.firstByteNanos(),
          r.requestBytes(),
          r.responseBytes(),
          r.traceHigh(),
          r.traceLow(),
          r.span(),
          r.parentSpan(),
          r.sampled(),
          r.traced(),
          r.visitor());
    }
  }

  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final List<Seen> attempts = new CopyOnWriteArrayList<>();
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Set<String> wrong = ConcurrentHashMap.newKeySet();
  final Loops loops;
  final Mesh mesh;

  private final RequestListener listener =
      new RequestListener() {
        @Override
        public void onRequest(RequestRecord request) {
          seen.add(Seen.of(request));
        }

        @Override
        public void onTry(RequestRecord attempt) {
          attempts.add(Seen.of(attempt));
        }

        @Override
        public void onEnter(RequestRecord request) {
          if (!underWay.add(ids(request))) {
            wrong.add("entered twice: " + ids(request));
          }
        }

        @Override
        public void onLeave(RequestRecord request) {
          if (!underWay.remove(ids(request))) {
            wrong.add("left without having entered: " + ids(request));
          }
        }

        private static String ids(RequestRecord r) {
          return r.service() + " " + r.traceHigh() + " " + r.traceLow() + " " + r.span();
        }
      };

  TestMesh(MeshConfig config) {
    this(config, 2);
  }

  TestMesh(MeshConfig config, int count) {
    loops = Loops.of(Transport.best(), count);
    mesh = Mesh.start(loops, config, Clock.system(), Mesh.Listeners.none().withRequests(listener));
  }

  int port() {
    return mesh.port("ingress");
  }

  MeshSnapshot.Edge edge(String caller) {
    return mesh.observe().edges().stream()
        .filter(e -> e.caller().equals(caller))
        .findFirst()
        .orElseThrow();
  }

  static MeshConfig config(MeshConfig.Service... services) {
    return config(MeshConfig.Limits.DEFAULT, services);
  }

  /** An ingress whose paths beginning with /NAME lead to NAME, and all others to the first. */
  static MeshConfig config(MeshConfig.Limits limits, MeshConfig.Service... services) {
    List<MeshConfig.Route> routes = new ArrayList<>();
    for (MeshConfig.Service service : services) {
      routes.add(route(service.name(), "/" + service.name() + "*", service.name()));
    }
    routes.add(route("rest", "/*", services[0].name()));
    return new MeshConfig(List.of(ingress()), List.of(services), routes, limits);
  }

  static MeshConfig.Route route(String id, String path, String service) {
    return new MeshConfig.Route(
        id, null, path, Map.of(), List.of(new MeshConfig.Target(service, 1)));
  }

  static MeshConfig.Listener ingress() {
    return new MeshConfig.Listener("ingress", anyPort(), new MeshConfig.Kind.Ingress());
  }

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  static MeshConfig.Service service(String name, TestServer... servers) {
    List<MeshConfig.Endpoint> endpoints = new ArrayList<>();
    for (TestServer server : servers) {
      endpoints.add(server.endpoint("e" + endpoints.size()));
    }
    return MeshConfig.Service.of(name, endpoints);
  }

  static MeshConfig.Service with(
      MeshConfig.Service s, Duration timeout, @Nullable Duration perTry) {
    return new MeshConfig.Service(
        s.name(),
        s.endpoints(),
        timeout,
        perTry,
        s.concurrency(),
        s.retries(),
        s.breaker(),
        s.outliers());
  }

  static MeshConfig.Service with(MeshConfig.Service s, int concurrency) {
    return new MeshConfig.Service(
        s.name(),
        s.endpoints(),
        s.timeout(),
        s.perTryTimeout(),
        concurrency,
        s.retries(),
        s.breaker(),
        s.outliers());
  }

  static MeshConfig.Service with(MeshConfig.Service s, MeshConfig.Retries retries) {
    return new MeshConfig.Service(
        s.name(),
        s.endpoints(),
        s.timeout(),
        s.perTryTimeout(),
        s.concurrency(),
        retries,
        s.breaker(),
        s.outliers());
  }

  static MeshConfig.Service with(MeshConfig.Service s, @Nullable BreakerConfig breaker) {
    return new MeshConfig.Service(
        s.name(),
        s.endpoints(),
        s.timeout(),
        s.perTryTimeout(),
        s.concurrency(),
        s.retries(),
        breaker,
        s.outliers());
  }

  static MeshConfig.Retries retries(int attempts) {
    MeshConfig.Retries d = MeshConfig.Retries.DEFAULT;
    return new MeshConfig.Retries(
        d.budget(), attempts, d.on(), d.methods(), d.replayBytes(), d.backoff());
  }

  @Override
  public void close() {
    mesh.close(Duration.ZERO);
    loops.close();
    // Holds for every test: what a service took on is told to be over, exactly once.
    assertEquals(Set.of(), wrong);
    assertEquals(Set.of(), underWay);
  }
}
