package io.mamparo.compute;

import static io.mamparo.compute.Rig.SOON;
import static io.mamparo.compute.Rig.java;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.compute.proc.ProcFs;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services as real processes. */
class ServicesIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void setUp() {
    rig = new Rig(directory);
  }

  @AfterEach
  void tearDown() {
    rig.close();
  }

  private static String get(int port) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/");
    return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private Rig.Plans web(String name) {
    return rig.plan(name, java(WebServer.class)).path("/health");
  }

  @Test
  void apply_startsEachReplicaOnAPortOfItsOwn() throws Exception {
    rig.services().apply(List.of(web("web").replicas(2).env("GREETING", "hi").build()));
    assertTrue(rig.services().awaitReady(SOON), () -> rig.status("web").toString());

    Set<Integer> ports =
        rig.status("web").replicas().stream().map(ReplicaStatus::port).collect(Collectors.toSet());
    assertEquals(2, ports.size());
    for (int port : ports) {
      assertEquals("hi", get(port));
    }
    assertEquals(2, rig.services().logs("web").size());
    assertTrue(
        LogTail.last(rig.services().logs("web").getFirst(), 5).getFirst().startsWith("listening"));
  }

  @Test
  void stop_leavesNothing() throws Exception {
    rig.services().apply(List.of(web("web").replicas(2).build()));
    assertTrue(rig.services().awaitReady(SOON));

    rig.services().stop();

    assertEquals(List.of(), rig.processes());
    assertEquals(List.of(), rig.records.all());
  }

  @Test
  void kill_isNoticedAndTheReplicaStartedAgainOnTheSamePort() throws Exception {
    rig.services().apply(List.of(web("web").build()));
    assertTrue(rig.services().awaitReady(SOON));
    ReplicaStatus before = rig.only("web");

    rig.services().kill("web", 0);

    Await.until("restart", SOON, () -> rig.only("web").restarts() == 1);
    assertTrue(rig.services().awaitReady(SOON));
    assertNotEquals(before.pid(), rig.only("web").pid());
    assertEquals(before.port(), rig.only("web").port());
    assertTrue(
        rig.events.stream().anyMatch(e -> e.reason() != null && e.reason().contains("SIGKILL")),
        rig.events::toString);
  }

  @Test
  void apply_changed_startsTheNewBeforeItStopsTheOld() throws Exception {
    rig.services().apply(List.of(web("web").env("GREETING", "old").build()));
    assertTrue(rig.services().awaitReady(SOON));
    ReplicaStatus old = rig.only("web");
    rig.events.clear();

    rig.services().apply(List.of(web("web").env("GREETING", "new").build()));
    Await.until("update", SOON, () -> !rig.status("web").updating());
    assertTrue(rig.services().awaitReady(SOON));

    assertEquals("new", get(rig.only("web").port()));
    List<ReplicaStatus> events = List.copyOf(rig.events);
    int healthy = indexOf(events, rig.only("web").instance(), ReplicaState.HEALTHY);
    int draining = indexOf(events, old.instance(), ReplicaState.DRAINING);
    assertTrue(healthy >= 0 && healthy < draining, events::toString);
    assertFalse(ProcFs.alive(old.pid()).isPresent());
  }

  private static int indexOf(List<ReplicaStatus> events, String instance, ReplicaState state) {
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).instance().equals(instance) && events.get(i).state() == state) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void apply_changedToSomethingBroken_keepsTheOldRunningAndSaysSo() throws Exception {
    rig.services().apply(List.of(web("web").build()));
    assertTrue(rig.services().awaitReady(SOON));
    ReplicaStatus old = rig.only("web");

    rig.services()
        .apply(List.of(rig.plan("web", "sh", "-c", "echo no config >&2; exit 3").build()));
    // One look at all of it: the next moment it may be starting again.
    AtomicReference<ServiceStatus> seen = new AtomicReference<>(rig.status("web"));
    Await.until(
        "crash loop",
        SOON,
        () -> {
          ServiceStatus now = rig.status("web");
          seen.set(now);
          return now.replicas().stream().anyMatch(r -> r.state() == ReplicaState.CRASH_LOOPING);
        });

    assertEquals("hello", get(old.port()));
    ServiceStatus status = seen.get();
    assertFalse(status.ready());
    assertNotNull(status.reason());
    assertTrue(
        status.reason().contains("the old ones that are left keep running")
            && status.reason().contains("exit code 3")
            && status.reason().contains("no config"),
        status.reason());

    rig.services().apply(List.of(web("web").build()));
    assertTrue(rig.services().awaitReady(SOON));
    Await.until("clean-up", SOON, () -> rig.status("web").replicas().size() == 1);
    assertEquals(old.pid(), rig.only("web").pid());
  }

  @Test
  void apply_same_changesNothing() throws Exception {
    rig.services().apply(List.of(web("web").build()));
    assertTrue(rig.services().awaitReady(SOON));
    long pid = rig.only("web").pid();

    rig.services().apply(List.of(web("web").path("/").build()));

    assertTrue(rig.services().awaitReady(SOON));
    assertEquals(pid, rig.only("web").pid());
  }

  @Test
  void fixedPort_updateStopsTheOldFirst() throws Exception {
    int port = Ports.free();
    rig.services().apply(List.of(web("web").port(port).env("GREETING", "old").build()));
    assertTrue(rig.services().awaitReady(SOON));
    assertEquals(port, rig.only("web").port());

    rig.services().apply(List.of(web("web").port(port).env("GREETING", "new").build()));
    Await.until("update", SOON, () -> rig.status("web").ready() && get(port).equals("new"));
  }

  @Test
  void fixedPort_takenByAnother_saysByWhom() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      rig.services().apply(List.of(web("web").port(other.getLocalPort()).build()));
      Await.until("reason", SOON, () -> rig.only("web").reason() != null);
      String reason = String.valueOf(rig.only("web").reason());
      assertTrue(
          reason.contains("port " + other.getLocalPort() + " is in use by java (pid "), reason);
    }
  }

  @Test
  void health_failing_makesItUnhealthyAndHealthyAgain() throws Exception {
    Path sick = directory.resolve("sick");
    rig.services()
        .apply(
            List.of(
                rig.plan("web", java(WebServer.class, sick.toString())).path("/health").build()));
    assertTrue(rig.services().awaitReady(SOON));

    Files.createFile(sick);
    Await.until("unhealthy", SOON, () -> rig.only("web").state() == ReplicaState.UNHEALTHY);
    assertEquals("/health answered 503", rig.only("web").reason());

    Files.delete(sick);
    assertTrue(rig.services().awaitReady(SOON));
    assertEquals(0, rig.only("web").restarts());
  }

  @Test
  void health_failingForTooLong_restarts() throws Exception {
    Path sick = directory.resolve("sick");
    HealthCheck impatient =
        new HealthCheck(
            "/health",
            Duration.ofMillis(50),
            Duration.ofSeconds(1),
            1,
            2,
            Duration.ofSeconds(20),
            Duration.ofMillis(200));
    rig.services()
        .apply(
            List.of(
                rig.plan("web", java(WebServer.class, sick.toString())).health(impatient).build()));
    assertTrue(rig.services().awaitReady(SOON));

    Files.createFile(sick);
    Await.until("restart", SOON, () -> rig.only("web").restarts() > 0);
    Files.delete(sick);
    assertTrue(rig.services().awaitReady(SOON));
  }

  @Test
  void pause_makesItUnhealthy_closingHealsIt() throws Exception {
    rig.services().apply(List.of(web("web").build()));
    assertTrue(rig.services().awaitReady(SOON));

    try (Fault fault = rig.services().pause("web", 0)) {
      Await.until("unhealthy", SOON, () -> rig.only("web").state() == ReplicaState.UNHEALTHY);
      assertEquals('T', ProcFs.stat(rig.only("web").pid()).orElseThrow().state());
      assertNotNull(fault);
    }
    assertTrue(rig.services().awaitReady(SOON));
    assertEquals(0, rig.only("web").restarts());
  }

  @Test
  void slow_stopsAndContinues_closingEndsIt() throws Exception {
    rig.services().apply(List.of(web("web").build()));
    assertTrue(rig.services().awaitReady(SOON));
    long pid = rig.only("web").pid();

    try (Fault fault = rig.services().slow("web", 0, 0.3)) {
      assertNotNull(fault);
      Await.until("stopped", SOON, () -> ProcFs.stat(pid).orElseThrow().state() == 'T');
      Await.until("continued", SOON, () -> ProcFs.stat(pid).orElseThrow().state() != 'T');
    }
    assertNotEquals('T', ProcFs.stat(pid).orElseThrow().state());
    assertTrue(rig.services().awaitReady(SOON));
  }

  @Test
  void stop_whenSigtermIsIgnored_killsAfterTheGrace() throws Exception {
    rig.services()
        .apply(
            List.of(
                rig.plan("stubborn", "sh", "-c", "trap '' TERM; while :; do sleep 0.05; done")
                    .grace(Duration.ofMillis(300))
                    .build()));
    Await.until("start", SOON, () -> rig.only("stubborn").pid() > 0);
    Await.until("loop", SOON, () -> rig.processes().size() > 1);

    long start = System.nanoTime();
    rig.services().stop();
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    assertEquals(List.of(), rig.processes());
    assertTrue(took.toMillis() >= 300, took::toString);
  }

  @Test
  void stop_takesGrandchildrenAlong_alsoThoseThatLeftTheSession() throws Exception {
    rig.services()
        .apply(
            List.of(
                rig.plan("family", "sh", "-c", "sleep 1000 & setsid sleep 1001 & wait")
                    .grace(Duration.ofSeconds(2))
                    .build()));
    Await.until("family of three", SOON, () -> rig.processes().size() >= 3);

    rig.services().stop();

    assertEquals(List.of(), rig.processes());
  }

  @Test
  void crash_takesGrandchildrenAlong() throws Exception {
    rig.services()
        .apply(
            List.of(
                rig.plan("family", "sh", "-c", "echo $$ > pids; setsid sleep 1000 & wait")
                    .build()));
    Await.until("family", SOON, () -> rig.processes().size() >= 2);
    List<ProcFs.Stat> before = rig.processes();

    ProcessHandle.of(rig.only("family").pid()).orElseThrow().destroyForcibly();

    Await.until(
        "the old family is gone",
        SOON,
        () -> before.stream().noneMatch(p -> ProcFs.alive(p.pid(), p.startTicks())));
  }

  @Test
  void impossible_isExplainedWithoutAStackTrace() {
    Path notExecutable = directory.resolve("script");
    assertReason(rig.plan("a", "no-such-program"), "no program \"no-such-program\" in PATH");
    assertReason(rig.plan("b", "./missing"), "the program does not exist");
    assertReason(
        rig.plan("c", "true").in(directory.resolve("gone")), "its directory does not exist");
    assertReason(rig.plan("d", directory.toString()), "is a directory");
    try {
      Files.writeString(notExecutable, "echo");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertReason(rig.plan("e", "./script"), "is not executable");
  }

  private void assertReason(Rig.Plans plan, String expected) {
    ServicePlan service = plan.build();
    rig.services().apply(List.of(service));
    Await.until(
        expected,
        SOON,
        () -> String.valueOf(rig.status(service.name()).reason()).contains(expected));
  }

  @Test
  void after_holdsTheCallerBackUntilTheCalledIsHealthy() throws Exception {
    rig.services()
        .apply(List.of(web("a").after("b").build(), web("b").after("c").build(), web("c").build()));
    assertTrue(rig.services().awaitReady(SOON));

    List<String> order =
        rig.events.stream()
            .filter(e -> e.state() == ReplicaState.HEALTHY)
            .map(ReplicaStatus::service)
            .toList();
    assertEquals(List.of("c", "b", "a"), order);
  }

  @Test
  void logs_areRotatedWithoutLosingALine() throws Exception {
    int lines = 40_000;
    rig.services()
        .apply(
            List.of(
                rig.plan(
                        "chatty",
                        "sh",
                        "-c",
                        "seq -f 'line %.0f of a service that says far too much' 1 "
                            + lines
                            + "; echo done; sleep 1000")
                    .logs(new LogPolicy(200_000, 20))
                    .build()));
    Await.until("start", SOON, () -> !rig.services().logs("chatty").isEmpty());
    Path log = rig.services().logs("chatty").getFirst();
    Await.until("done", SOON, () -> LogTail.last(log, 1).equals(List.of("done")));
    Await.until("rotated", SOON, () -> Files.exists(log.resolveSibling("chatty-0.log.1")));
    List<String> all = LogTail.last(log, 10_000);
    assertEquals(10_000, all.size());
    for (int i = 0; i < 9_999; i++) {
      int number = lines - 9_998 + i;
      assertEquals("line " + number + " of a service that says far too much", all.get(i));
    }
  }
}
