package io.mamparo.app.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.app.Stacks;
import io.mamparo.compute.HealthCheck;
import io.mamparo.compute.Login;
import io.mamparo.compute.ProcessSpec;
import io.mamparo.compute.ReplicaState;
import io.mamparo.compute.ReplicaStatus;
import io.mamparo.compute.ServicePlan;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.mesh.Hedge;
import io.mamparo.mesh.MeshConfig;
import io.mamparo.model.Address;
import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.Stack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlansTest {
  private static final Map<String, DatabaseAccess> ACCESS =
      Map.of(
          "cars",
          new DatabaseAccess(
              "cars",
              "127.0.0.1",
              21_000,
              List.of(),
              "cars",
              new Login("person", "pp"),
              Map.of("bookings", new Login("bookings", "bp"), "cars", new Login("cars", "cp")),
              null));

  private static ComputePlan.Surroundings around() {
    return new ComputePlan.Surroundings(
        ACCESS,
        Map.of("bookings>cars", 20_500),
        new Address("127.0.0.1", 6432),
        "/bin:/jdk/bin",
        false);
  }

  private static ServicePlan plan(String yaml, String service) {
    return ComputePlan.of(Stacks.of(yaml), around()).stream()
        .filter(p -> p.name().equals(service))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void process_isGivenTheContractsVariables() {
    ProcessSpec process = plan(Stacks.CARS, "bookings").template().at(1, 21_500);
    Map<String, String> env = process.env();
    assertEquals("postgres://bookings:bp@127.0.0.1:6432/cars", env.get("DATABASE_URL"));
    assertEquals("127.0.0.1", env.get("PGHOST"));
    assertEquals("6432", env.get("PGPORT"));
    assertEquals("bookings", env.get("PGUSER"));
    assertEquals("bp", env.get("PGPASSWORD"));
    assertEquals("cars", env.get("PGDATABASE"));
    assertEquals("disable", env.get("PGSSLMODE"), "nobody else can read the loopback interface");
    assertEquals("http://127.0.0.1:20500", env.get("CARS_URL"));
    assertEquals("hello", env.get("GREETING"));
    assertEquals(env.get("DATABASE_URL"), env.get("DB"));
    assertEquals("/bin:/jdk/bin", env.get("PATH"));
    assertEquals(List.of("java", "-jar", "bookings.jar"), process.argv());
  }

  @Test
  void process_ownVariablesWin() {
    String yaml = Stacks.CARS.replace("GREETING: hello", "PGHOST: elsewhere");
    assertEquals("elsewhere", plan(yaml, "bookings").template().at(0, 1).env().get("PGHOST"));
  }

  @Test
  void service_startsAfterItsDatabaseAndWhatItCalls() {
    assertEquals(Set.of("database.cars", "cars"), plan(Stacks.CARS, "bookings").after());
    assertEquals(Set.of("database.cars"), plan(Stacks.CARS, "cars").after());
  }

  @Test
  void circleOfCalls_waitsForNobody() {
    String yaml = Stacks.CARS.replace("database: {name: cars}", "calls: [bookings]");
    assertEquals(Set.of(), plan(yaml, "cars").after());
    assertEquals(Set.of("database.cars"), plan(yaml, "bookings").after());
  }

  @Test
  void variable_ofAName() {
    assertEquals("CAR_PARTS", ComputePlan.variable("car-parts"));
  }

  @Test
  void proxy_hasALoginAndAPoolForEachService() {
    DatabaseProxyConfig config = ProxyPlan.of(Stacks.of(Stacks.CARS), ACCESS, 100, Encryption.NONE);
    assertEquals(6532, config.listen().getPort());
    assertEquals(21_000, config.databases().getFirst().servers().getFirst().port());
    assertEquals(
        List.of("person:5", "bookings:8", "cars:20"),
        config.logins().stream().map(l -> l.user() + ":" + l.pool().max()).toList());
    assertNull(config.logins().getFirst().service());
    assertEquals("bookings", config.logins().get(1).service());
  }

  @Test
  void proxy_logsInUpstreamWithTheCredentialsOfAnExternalUrl() {
    DatabaseAccess external =
        new DatabaseAccess(
            "cars",
            "db",
            5432,
            List.of(new Address("db", 5432), new Address("db2", 5433)),
            "prod",
            new Login("app", "up"),
            Map.of("cars", new Login("cars", "gen")),
            new Login("app", "up"));
    DatabaseProxyConfig config =
        ProxyPlan.of(Stacks.of(Stacks.CARS), Map.of("cars", external), 0, Encryption.NONE);
    DatabaseProxyConfig.Login login = config.logins().getLast();
    assertEquals("cars", login.user());
    assertEquals("app", login.upstreamUser());
    assertEquals("prod", config.databases().getFirst().dbname());
    assertEquals("[db:5432, db2:5433]", config.databases().getFirst().servers().toString());
    assertEquals(
        Stacks.of(Stacks.CARS).proxy().pools().max(),
        config.logins().getFirst().pool().max(),
        "whoever has the url may be an application");
  }

  @Test
  void proxy_letsUsersOfTheServerIn_whereTheFileSaysSo() {
    DatabaseAccess access =
        new DatabaseAccess(
            "cars",
            "db",
            5432,
            List.of(),
            "prod",
            new Login("app", "up"),
            Map.of(),
            new Login("app", "up"));
    String file =
        """
        stack: s
        databases:
          cars: {url: "postgres://app:up@db/prod", auth-query: on}
        """;
    DatabaseProxyConfig.Guests guests =
        ProxyPlan.of(Stacks.of(file), Map.of("cars", access), 0, Encryption.NONE)
            .databases()
            .getFirst()
            .guests();
    assertNotNull(guests);
    assertEquals("app", guests.user());
    assertEquals(DatabaseSpec.External.AUTH_QUERY, guests.query());
    assertNull(
        ProxyPlan.of(
                Stacks.of(file.replace(", auth-query: on", "")),
                Map.of("cars", access),
                0,
                Encryption.NONE)
            .databases()
            .getFirst()
            .guests());
  }

  @Test
  void proxy_letsServicesBorrowWhereTheDatabaseHasACommonLimit() {
    String yaml =
        Stacks.CARS
            .replace("cars: {}", "cars: {connections: 40, replica-lag: 3s, read-only: replicas}")
            .replace("connections: 8}", "connections: 8, max: 30, min: 2}");
    DatabaseProxyConfig config = ProxyPlan.of(Stacks.of(yaml), ACCESS, 0, Encryption.NONE);
    assertEquals(40, config.databases().getFirst().connections());
    assertEquals(3, config.databases().getFirst().replicas().lag().toSeconds());
    assertEquals(
        List.of("person 0/1/5", "bookings 2/8/30", "cars 0/20/20"),
        config.logins().stream()
            .map(
                l ->
                    l.user() + " " + l.pool().min() + "/" + l.pool().share() + "/" + l.pool().max())
            .toList());
  }

  @Test
  void proxy_takesThePoolModeThatStandsNearest() {
    String yaml =
        Stacks.CARS
            .replace("cars: {}", "cars: {pool-mode: session}")
            .replace("connections: 8}", "connections: 8, mode: statement}");
    assertEquals(
        List.of("person SESSION", "bookings STATEMENT", "cars SESSION"), modes(Stacks.of(yaml)));
    assertEquals(
        List.of("person SESSION", "bookings SESSION", "cars SESSION"),
        modes(Stacks.of(Stacks.CARS + "\nproxy: {pools: {mode: session}}\n")));
    assertEquals(
        List.of("person TRANSACTION", "bookings TRANSACTION", "cars TRANSACTION"),
        modes(Stacks.of(Stacks.CARS)));
  }

  private static List<String> modes(Stack stack) {
    return ProxyPlan.of(stack, ACCESS, 0, Encryption.NONE).logins().stream()
        .map(login -> login.user() + " " + login.pool().mode())
        .toList();
  }

  @Test
  void proxy_secretsAreNotPrinted() {
    String text = ProxyPlan.of(Stacks.of(Stacks.CARS), ACCESS, 0, Encryption.NONE).toString();
    assertFalse(java.util.regex.Pattern.compile("\\bbp\\b").matcher(text).find(), text);
  }

  private static MeshConfig mesh(ReplicaState... states) {
    return mesh(Stacks.of(Stacks.CARS), true, states);
  }

  private static MeshConfig mesh(Stack stack, boolean open, ReplicaState... states) {
    List<ReplicaStatus> replicas = new ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      replicas.add(
          new ReplicaStatus(
              "cars", i, "cars-" + i, "r1", states[i], "127.0.0.1", 22_000 + i, 9, 0, 0, null));
    }
    ServiceStatus cars = new ServiceStatus("cars", 2, 1, false, false, null, replicas);
    return MeshPlan.of(
        stack,
        List.of(cars),
        Map.of(),
        Map.of("bookings>cars", 20_500),
        100,
        open,
        MeshPlan.Tls.NONE);
  }

  private static MeshConfig.Service service(MeshConfig config, String name) {
    return config.services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void mesh_hasTheIngressAndAListenerForEachEdge() {
    MeshConfig config = mesh();
    assertEquals(
        List.of("ingress:8180", "bookings>cars:20500"),
        config.listeners().stream().map(l -> l.id() + ":" + l.address().getPort()).toList());
    assertEquals(new MeshConfig.Kind.Edge("bookings", "cars"), config.listeners().getLast().kind());
  }

  @Test
  void mesh_closedIngress_leavesEdgesOpen() {
    MeshConfig config = mesh(Stacks.of(Stacks.CARS), false);
    assertEquals(List.of("bookings>cars"), config.listeners().stream().map(l -> l.id()).toList());
  }

  @Test
  void mesh_sendsOnlyToReplicasThatHaveBeenHealthyAndStay() {
    MeshConfig config = mesh(ReplicaState.values());
    assertEquals(
        List.of("cars-1:true", "cars-2:false"),
        service(config, "cars").endpoints().stream().map(e -> e.id() + ":" + e.healthy()).toList());
  }

  @Test
  void mesh_takesGuardsFromTheFile() {
    MeshConfig.Service bookings = service(mesh(), "bookings");
    assertEquals(Duration.ofSeconds(2), bookings.timeout());
    assertEquals(64, bookings.concurrency());
    assertEquals(0.2, bookings.retries().budget().ratio());
    assertNotNull(bookings.breaker());
    assertEquals(Duration.ofSeconds(1), bookings.breaker().slowCall());
    assertEquals(Duration.ofSeconds(10), bookings.breaker().openFor());
    assertEquals(0.5, bookings.breaker().failureRate());
    assertEquals(new Hedge(Duration.ofMillis(20), 0, 0.05), bookings.policy().hedge());
    assertEquals(Hedge.OFF, service(mesh(), "cars").policy().hedge());
  }

  @Test
  void protocol_isWhatTheMeshSpeaksToReplicas_andHealthChecksToo() {
    assertFalse(service(mesh(), "bookings").http2());
    assertEquals(HealthCheck.By.HTTP_1, plan(Stacks.CARS, "bookings").health().by());
    String yaml = Stacks.CARS.replace("health: /health", "health: /health\n    protocol: h2");
    assertTrue(service(mesh(Stacks.of(yaml), true), "bookings").http2());
    assertEquals(HealthCheck.By.HTTP_2, plan(yaml, "bookings").health().by());
    String grpc = yaml.replace("health: /health", "health: {grpc: true}");
    assertEquals(HealthCheck.By.GRPC, plan(grpc, "bookings").health().by());
  }

  @Test
  void encryptedEndpoints_agreeOnTheServicesProtocol() {
    Stack stack =
        Stacks.of(
            """
            stack: x
            services:
              new: {endpoints: ["https://10.0.0.1:8001"], protocol: h2}
              old: {endpoints: ["https://10.0.0.1:8002"]}
            """);
    List<String> asked = new ArrayList<>();
    MeshPlan.Tls tls =
        new MeshPlan.Tls(
            null,
            protocol -> {
              asked.add(protocol);
              return null;
            });
    MeshPlan.of(stack, List.of(), Map.of(), Map.of(), 0, true, tls);
    assertEquals(List.of("h2", "http/1.1"), asked);
  }

  @Test
  void mesh_weightsAreShares() {
    MeshConfig.Route route = mesh().routes().getLast();
    assertEquals(
        List.of("bookings:950000", "cars:50000"),
        route.to().stream().map(t -> t.service() + ":" + t.weight()).toList());
  }

  @Test
  void mesh_endpointsElsewhere_areOutWhenTheyDoNotAnswer() {
    Stack stack =
        Stacks.of(
            """
            stack: x
            services:
              old: {endpoints: ["http://10.0.0.1:8001", "http://10.0.0.2:8001"]}
            routes:
              - {path: "/*", to: old}
            """);
    MeshConfig config =
        MeshPlan.of(
            stack, List.of(), Map.of("10.0.0.2:8001", false), Map.of(), 0, true, MeshPlan.Tls.NONE);
    assertEquals(
        List.of("10.0.0.1:true", "10.0.0.2:false"),
        service(config, "old").endpoints().stream()
            .map(e -> e.host() + ":" + e.healthy())
            .toList());
    assertTrue(ComputePlan.of(stack, around()).isEmpty());
  }
}
