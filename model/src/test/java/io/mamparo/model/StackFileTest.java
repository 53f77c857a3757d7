package io.mamparo.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import io.mamparo.model.DatabaseSpec.External;
import io.mamparo.model.DatabaseSpec.Managed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Good files: the contract's example, and one with every key. */
class StackFileTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("LEGACY_PASSWORD", "p@ss w/rd", "HOME_OF", "{port}");

  @TempDir Path directory;

  @BeforeEach
  void files() throws IOException {
    prepare(directory);
  }

  static void prepare(Path directory) throws IOException {
    Files.writeString(directory.resolve("schema.sql"), "SELECT 1;");
    Files.createDirectory(directory.resolve("sub"));
    secret(directory.resolve("old.password"), "h%40x\n");
    secret(directory.resolve("token"), "t0ken");
  }

  @Test
  void example_isReadAsWritten() throws IOException {
    Stack stack = read("example.yaml");
    assertEquals("cars", stack.name());
    assertEquals(
        new Managed("cars", directory.resolve("schema.sql"), DatabaseSpec.Servers.DEFAULT),
        stack.databases().get("cars"));
    External legacy = assertInstanceOf(External.class, stack.databases().get("legacy"));
    assertEquals(new Address("legacy-db.internal", 5432), legacy.url().address());
    assertEquals("p@ss w/rd", legacy.url().password().reveal());
    assertEquals(20, stack.proxy().pools().max());
    assertEquals(List.of("bookings", "bookings-next", "cars"), names(stack));

    ServiceSpec bookings = service(stack, "bookings");
    assertEquals(2, bookings.replicas());
    assertEquals(8, bookings.connections(stack.proxy()));
    assertEquals(List.of("cars"), bookings.calls());
    assertEquals("/api/v0.1/health", bookings.health().path());
    assertEquals(Duration.ofSeconds(1), bookings.health().interval());
    assertEquals(Duration.ofSeconds(2), bookings.guards().timeout());
    assertEquals(64, bookings.guards().concurrency());
    BreakerSpec breaker = Objects.requireNonNull(bookings.guards().breaker());
    assertEquals(Percentage.of(50), breaker.failures());
    assertEquals(Duration.ofSeconds(1), breaker.slow());
    assertEquals(Duration.ofSeconds(10), breaker.open());
    assertEquals("99% under 250ms", String.valueOf(bookings.slo().latency()));
    Source.Run run = assertInstanceOf(Source.Run.class, bookings.source());
    assertEquals(directory, run.directory());

    assertEquals(20, service(stack, "cars").connections(stack.proxy()));
    assertEquals(
        List.of(
            new RouteSpec.Target("bookings", Percentage.of(95)),
            new RouteSpec.Target("bookings-next", Percentage.of(5))),
        stack.routes().get(1).to());
    assertEquals(VisitorSpec.OFF, stack.visitors());
    assertEquals(Defaults.TELEMETRY, stack.telemetry());
    assertEquals(new Address("127.0.0.1", 18081), stack.ingress().listen().at(10001));
  }

  @Test
  void everyKey_isRead() throws IOException {
    Stack stack = read("everything.yaml");
    External old = assertInstanceOf(External.class, stack.databases().get("old"));
    assertEquals("o@n", old.url().user());
    assertEquals("h%40x", old.url().password().reveal(), "a secret file is taken as it is");
    assertEquals(Map.of("sslmode", "require"), old.url().parameters());
    assertEquals(
        new DatabaseSpec.Servers(40, Duration.ofSeconds(3), true, PoolMode.STATEMENT),
        old.servers());
    assertEquals(new Address("0.0.0.0", 16432), stack.proxy().listen().at(5));
    assertNull(stack.proxy().breaker());
    assertEquals(
        new ProxySpec.PoolSpec(
            2,
            5,
            10,
            millis(500),
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            millis(15_000),
            50,
            millis(60_000),
            millis(30_000),
            Duration.ZERO,
            PoolMode.SESSION),
        stack.proxy().pools());
    assertEquals(
        new IngressSpec(
            new Listen(new Address("::1", 18080), 8080),
            100,
            millis(5000),
            Duration.ofMinutes(2),
            millis(1000),
            ByteSize.kib(16),
            TlsSpec.OWN),
        stack.ingress());
    assertEquals(
        new VisitorSpec(
            Rate.perSecond(1.5),
            List.of(
                new VisitorSpec.Visit("GET", "/", null),
                new VisitorSpec.Visit("POST", "/things/{n}", "{}"))),
        stack.visitors());
    assertEquals(
        new TelemetrySpec(
            new TelemetrySpec.Sampling(Rate.perSecond(1), Percentage.of(0.1), millis(400)),
            new TelemetrySpec.Retention(Duration.ofDays(1), ByteSize.mib(64)),
            new TelemetrySpec.Retention(Duration.ofDays(7), ByteSize.mib(32)),
            new TelemetrySpec.SlowLog(millis(250), Duration.ofSeconds(5))),
        stack.telemetry());
    assertEquals(new Address("127.0.0.1", 17070), stack.console().listen().explicit());
    assertEquals("*.example.org", stack.routes().get(0).host());
    assertEquals(Map.of("x-beta", RouteSpec.Wanted.exactly("1")), stack.routes().get(0).headers());
  }

  @Test
  void everyKeyOfAService_isRead() throws IOException {
    Stack stack = read("everything.yaml");
    ServiceSpec web = service(stack, "web");
    assertEquals(18001, web.port());
    assertEquals(
        new HealthSpec("/up", false, millis(2000), millis(300), 2, 4, Duration.ofMinutes(1)),
        web.health());
    assertEquals(
        new Guards(
            millis(3000),
            millis(1000),
            7,
            new RetrySpec(
                Percentage.of(10),
                Rate.perSecond(5),
                2,
                java.util.Set.of(RetrySpec.Condition.CONNECT, RetrySpec.Condition.BAD_GATEWAY),
                java.util.Set.of("GET"),
                ByteSize.kib(1),
                millis(10)),
            new BreakerSpec(
                Percentage.of(25),
                millis(200),
                Percentage.of(30),
                millis(5000),
                millis(20000),
                5,
                3),
            new OutlierSpec(3, millis(10000), Duration.ofMinutes(1), Percentage.of(34)),
            new HedgeSpec(HedgeSpec.Delay.parse("20ms"), Percentage.of(2))),
        web.guards());
    assertEquals(
        new SloSpec(
            Percentage.of(99.5),
            new SloSpec.Latency(Percentage.of(95), millis(1000)),
            Duration.ofDays(7)),
        web.slo());
    assertEquals(new RestartSpec(millis(1000), millis(5000), Duration.ofMinutes(2)), web.restart());
    assertEquals(millis(3000), web.stopGrace());

    ServiceSpec shop = service(stack, "shop");
    assertEquals(new Source.Image("registry.example/shop:1.2"), shop.source());
    assertEquals(1, shop.guards().retries().attempts());
    assertNull(shop.guards().breaker());
    assertNull(shop.guards().outliers());
    assertNull(shop.slo().availability());
    assertEquals(
        new Source.Build(directory.resolve("sub"), directory.resolve("schema.sql")),
        service(stack, "tool").source());
    assertEquals(
        new Source.Endpoints(
            List.of(
                new Source.Endpoint(true, new Address("far.example", 443)),
                new Source.Endpoint(false, new Address("10.0.0.1", 81)))),
        service(stack, "far").source());
    assertEquals(2, service(stack, "far").replicas());
    assertEquals(TrafficSpec.Protocol.H2, service(stack, "far").traffic().protocol());
    assertTrue(service(stack, "far").health().grpc());
    assertEquals(TrafficSpec.Protocol.HTTP_1, web.traffic().protocol());
  }

  @Test
  void references_areFilledInPerReplica() throws IOException {
    ServiceSpec web = service(read("everything.yaml"), "web");
    ReplicaContext context =
        new ReplicaContext(
            3,
            18001,
            new ReplicaContext.Database(
                new Address("127.0.0.1", 6432), "main", "web", new Secret("a/b c")),
            Map.of("shop", "http://127.0.0.1:20001"));
    Source.Run run = assertInstanceOf(Source.Run.class, web.source());
    assertEquals(
        "python3 -m web --port 18001 --peer http://127.0.0.1:20001 --n 3",
        String.join(" ", run.command().stream().map(t -> t.fill(context)).toList()));
    assertEquals("a/b c", filled(web, "DB_PASSWORD", context));
    assertEquals("t0ken", filled(web, "TOKEN", context));
    assertEquals("{port}/x", filled(web, "HOME_OF", context), "a variable is not read again");
    assertEquals("{port} ${HOME_OF} { } {\"a\": 1}", filled(web, "BRACES", context));
    assertEquals("8", filled(web, "NUMBER", context));
    assertEquals(
        "postgres://web:a%2Fb%20c@127.0.0.1:6432/main",
        Objects.requireNonNull(context.database()).url());
  }

  @Test
  void equalFiles_areEqualStacks_andAChangeIsSeen() throws IOException {
    assertEquals(read("everything.yaml"), read("everything.yaml"));
    String yaml = text("example.yaml");
    Stack other = parse(yaml.replace("replicas: 2", "replicas: 3")).orThrow();
    assertFalse(read("example.yaml").equals(other));
  }

  @Test
  void secrets_areNotPrinted() throws IOException {
    String all = read("everything.yaml").toString() + read("example.yaml");
    for (String secret : List.of("p@ss", "h%40x", "t0ken")) {
      assertFalse(all.contains(secret), secret);
    }
    assertTrue(all.contains("{secret: token}"), "the reference to a secret may be seen");
  }

  @Test
  void servicesMayCallEachOther_inACircle() {
    String yaml =
        """
        stack: s
        services:
          a: {run: [a], calls: [b]}
          b: {run: [b], calls: [a]}
        """;
    assertEquals(2, parse(yaml).orThrow().services().size());
  }

  @Test
  void aDatabaseWithoutKeys_isManaged_andAnAliasIsItsValue() {
    String yaml =
        """
        stack: s
        databases:
          main:
        services:
          a: {run: [a], retries: &few {attempts: 2}}
          b: {run: [b], retries: *few}
        """;
    Stack stack = parse(yaml).orThrow();
    assertEquals(
        new Managed("main", null, DatabaseSpec.Servers.DEFAULT), stack.databases().get("main"));
    assertEquals(2, service(stack, "b").guards().retries().attempts());
  }

  @Test
  void aByteOrderMark_isNoPartOfTheText() {
    assertEquals("s", parse("\uFEFFstack: s\n").orThrow().name());
  }

  @Test
  void missingFile_andDirectory_areFindings() {
    assertEquals(
        directory.resolve("no.yaml") + ":1:1: there is no such file",
        only(StackFile.read(directory.resolve("no.yaml"), Map.of())));
    assertEquals(directory + ":1:1: is a directory", only(StackFile.read(directory, Map.of())));
  }

  @Test
  void orThrow_namesEveryFinding() {
    Problem problem = assertThrows(Problem.class, () -> parse("{a: 1, b: 2}").orThrow());
    assertTrue(problem.forUser().contains("unknown key \"a\""), problem.forUser());
    assertTrue(problem.forUser().contains("unknown key \"b\""), problem.forUser());
  }

  private static String only(StackFile.Result result) {
    assertEquals(1, result.findings().size());
    return result.findings().getFirst().toString();
  }

  private static String filled(ServiceSpec service, String variable, ReplicaContext context) {
    return Objects.requireNonNull(service.env().get(variable)).fill(context);
  }

  private static ServiceSpec service(Stack stack, String name) {
    return Objects.requireNonNull(stack.services().get(name));
  }

  private static List<String> names(Stack stack) {
    return List.copyOf(stack.services().keySet());
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static void secret(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private Stack read(String resource) throws IOException {
    Path file = Files.writeString(directory.resolve("mamparo.yaml"), text(resource));
    return StackFile.read(file, ENVIRONMENT).orThrow();
  }

  private StackFile.Result parse(String yaml) {
    return StackFile.parse("mamparo.yaml", yaml, directory, ENVIRONMENT);
  }

  static String text(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(StackFileTest.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
