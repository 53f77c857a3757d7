package io.mamparo.compute;

import static io.mamparo.compute.Rig.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.compute.proc.ProcFs;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor in a JVM of its own is killed with -9; the next one finds what it left. */
class AdoptionIT {
  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void supervisorRunsAndIsKilled() throws Exception {
    rig = new Rig(directory);
    Process supervisor =
        new ProcessBuilder(Rig.java(SupervisorMain.class, directory.toString(), rig.stack))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("supervisor.log").toFile())
            .start();
    try {
      Await.until(
          "two replicas",
          SOON,
          () -> Files.exists(directory.resolve("ready")) || !supervisor.isAlive());
      assertTrue(supervisor.isAlive(), () -> "it ended: " + read("supervisor.log"));
    } finally {
      supervisor.destroyForcibly();
    }
    assertTrue(supervisor.waitFor(30, TimeUnit.SECONDS));
    assertEquals(2, rig.processes().size(), "services outlive their supervisor");
  }

  @AfterEach
  void tearDown() {
    rig.close();
  }

  private String read(String file) {
    try {
      return Files.readString(directory.resolve(file));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private Set<Long> pids() {
    return rig.processes().stream().map(ProcFs.Stat::pid).collect(Collectors.toSet());
  }

  private void applyAndWait() throws InterruptedException {
    rig.services().apply(List.of(SupervisorMain.plan(rig)));
    assertTrue(rig.services().awaitReady(SOON), () -> rig.status("web").toString());
  }

  @Test
  void whatRuns_isAdopted_watched_andStoppedInTheEnd() throws Exception {
    Set<Long> before = pids();

    applyAndWait();

    assertEquals(before, pids());
    assertTrue(
        rig.status("web").replicas().stream().allMatch(r -> r.restarts() == 0),
        () -> rig.status("web").toString());

    rig.services().kill("web", 0);
    Await.until(
        "an adopted replica is watched",
        SOON,
        () ->
            rig.status("web").replicas().stream().anyMatch(r -> r.restarts() == 1)
                && rig.status("web").ready());

    rig.services().stop();
    assertEquals(List.of(), rig.processes());
    assertEquals(List.of(), rig.records.all());
  }

  @Test
  void whatEndedMeanwhile_isStartedAgain_andTheOtherStays() throws Exception {
    ProcessRecord lost = rig.records.all().getFirst();
    ProcessHandle.of(lost.pid()).orElseThrow().destroyForcibly();
    Await.until("death", SOON, () -> !Adoption.alive(lost));
    Set<Long> left = pids();
    assertEquals(1, left.size());

    applyAndWait();

    assertEquals(2, pids().size());
    assertTrue(pids().containsAll(left), () -> left + " is not in " + pids());
  }

  @Test
  void aProcessThatIsNotOnRecord_isEnded() throws Exception {
    ProcessBuilder unknown = new ProcessBuilder("sleep", "1000");
    unknown.environment().put(ServiceWorkload.MARK, rig.stack + "/web/7/i0");
    ProcessBuilder another = new ProcessBuilder("sleep", "1000");
    another.environment().put(ServiceWorkload.MARK, rig.stack + "x/web/0/i0");
    Process orphan = unknown.start();
    Process stranger = another.start();
    try {
      applyAndWait();
      assertTrue(orphan.waitFor(30, TimeUnit.SECONDS), "nobody would ever watch it");
      assertTrue(stranger.isAlive(), "it is another stack's");
    } finally {
      orphan.destroyForcibly();
      stranger.destroyForcibly();
    }
  }

  @Test
  void aPlanThatChangedMeanwhile_isRolledOut() throws Exception {
    Set<Long> before = pids();
    rig.services()
        .apply(
            List.of(
                rig.plan("web", Rig.java(WebServer.class))
                    .path("/health")
                    .replicas(2)
                    .env("GREETING", "changed")
                    .build()));
    Await.until("update", SOON, () -> rig.status("web").ready() && !rig.status("web").updating());
    assertNotEquals(before, pids());
    before.forEach(pid -> assertFalse(pids().contains(pid), () -> pid + " is of the old plan"));
  }
}
