package io.mamparo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.cli.Installation.Result;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of real stacks, as their users live it. */
@NeedsProgram("/usr/bin/python3")
class UpIT {
  private static final String STACK =
      """
      stack: it
      services:
        front:
          run: [/usr/bin/python3, app.py]
          replicas: 2
          env: {GREETING: hello}
          health: /health
          calls: [back]
        back:
          run: [/usr/bin/python3, app.py]
          health: /health
      routes:
        - {path: /back*, to: back}
        - {path: "/*", to: front}
      """;

  private static final String WITH_DATABASE =
      STACK
          .replace("services:", "databases:\n  notes: {schema: schema.sql}\nservices:")
          .replace("  back:\n", "  back:\n    database: {name: notes}\n");

  @TempDir Path directory;

  private static void assertReady(Result up) {
    assertEquals(0, up.status(), up.out());
    assertFalse(up.out().contains("Exception"), up.out());
  }

  private static void assertGone(Map<String, Long> pids) {
    pids.forEach(
        (what, pid) ->
            Await.until(
                what + " (" + pid + ") is gone",
                Duration.ofSeconds(60),
                () -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)));
  }

  @Test
  @NeedsProgram({"psql", "curl"})
  void stackWithADatabase_runsIsAdoptedAndLeavesNothing() throws Exception {
    Files.writeString(
        directory.resolve("schema.sql"), "create table note (id int primary key, text text);");
    try (Installation stack = new Installation(directory)) {
      stack.stack(WITH_DATABASE);
      assertReady(stack.up());

      JsonNode status = stack.status();
      assertTrue(status.path("ready").asBoolean(), status.toPrettyString());
      Map<String, Long> pids = stack.pids();
      assertEquals(
          List.of("database notes", "service back 0", "service front 0", "service front 1"),
          List.copyOf(pids.keySet()));
      pids.values().forEach(pid -> assertTrue(ProcessHandle.of(pid).isPresent(), "pid " + pid));

      Result curl = stack.run(Map.of(), List.of("curl", "-sS", stack.url("/call")));
      assertTrue(curl.out().contains("\"service\": \"back\""), curl.out());
      assertTrue(curl.out().contains("postgres://"), curl.out());
      Map<String, String> env = exports(stack);
      assertEquals("notes", env.get("PGDATABASE"));
      String sql = "insert into note values (1, 'kept'); select text from note";
      Result psql = stack.run(env, List.of("psql", "-v", "ON_ERROR_STOP=1", "-Atc", sql));
      assertEquals(0, psql.status(), psql.out());
      assertTrue(psql.out().contains("kept"), psql.out());

      ProcessHandle.of(stack.control().pid()).orElseThrow().destroyForcibly();
      Await.until("Mamparo is gone", Duration.ofSeconds(60), () -> !stack.control().alive());
      assertEquals(4, stack.mamparo("status").status());
      assertReady(stack.up());
      assertEquals(pids, stack.pids(), "what was running is adopted, not restarted");
      psql = stack.run(exports(stack), List.of("psql", "-Atc", "select text from note"));
      assertEquals("kept\n", psql.out());

      Result down = stack.mamparo("down");
      assertEquals(0, down.status(), down.out());
      assertGone(pids);
      assertNothingIsLeft(stack);
    }
  }

  private static Map<String, String> exports(Installation stack)
      throws IOException, InterruptedException {
    Map<String, String> variables = new HashMap<>();
    Matcher matcher = Pattern.compile("export (\\w+)=(\\S+)").matcher(stack.mamparo("env").out());
    while (matcher.find()) {
      variables.put(matcher.group(1), matcher.group(2));
    }
    return variables;
  }

  private static void assertNothingIsLeft(Installation stack) throws IOException {
    assertTrue(Installation.isFree(8080 + stack.offset), "the ingress' port is taken");
    assertTrue(Installation.isFree(6432 + stack.offset), "the proxy's port is taken");
    assertTrue(Installation.isFree(7070 + stack.offset), "the console's port is taken");
    assertFalse(Files.exists(stack.data().resolve("control.json")));
    try (Stream<Path> records = Files.list(stack.data().resolve("processes"))) {
      assertEquals(List.of(), records.toList());
    }
    String own = stack.data().toString();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      List<String> left =
          all.map(p -> p.info().commandLine().orElse(""))
              .filter(line -> line.contains(own))
              .toList();
      assertEquals(List.of(), left);
    }
  }

  @Test
  void changedFile_isAppliedWithoutFailingARequest() throws Exception {
    try (Installation stack = new Installation(directory)) {
      stack.stack(STACK);
      assertReady(stack.up());
      long back = stack.pids().getOrDefault("service back 0", 0L);
      assertEquals("hello", stack.json("/").path("greeting").asText());

      AtomicBoolean going = new AtomicBoolean(true);
      AtomicInteger asked = new AtomicInteger();
      AtomicReference<String> failure = new AtomicReference<>("");
      Thread client =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (going.get()) {
                      try {
                        int status = stack.get("/").statusCode();
                        if (status != 200) {
                          failure.set("status " + status);
                        }
                      } catch (IOException e) {
                        failure.set(e.toString());
                      } catch (InterruptedException e) {
                        return;
                      }
                      asked.incrementAndGet();
                    }
                  });
      stack.stack(STACK.replace("hello", "goodbye"));
      Result change = stack.up();
      assertEquals(0, change.status(), change.out());
      assertTrue(
          change.out().contains("service front: replace its replicas one by one"), change.out());
      int before = asked.get();
      Await.until("some more requests", Duration.ofSeconds(60), () -> asked.get() > before + 20);
      going.set(false);
      client.join();

      assertEquals("", failure.get());
      assertEquals("goodbye", stack.json("/").path("greeting").asText());
      assertEquals(back, stack.pids().getOrDefault("service back 0", 0L), "back had not changed");

      assertTrue(stack.up().out().contains("Nothing has changed"));
    }
  }

  @Test
  void wrongFile_leavesTheRunningStackAlone() throws Exception {
    try (Installation stack = new Installation(directory)) {
      stack.stack(STACK);
      assertReady(stack.up());
      Map<String, Long> pids = stack.pids();
      stack.stack(STACK.replace("replicas", "replicsa"));
      Result refused = stack.up();
      assertEquals(3, refused.status(), refused.out());
      assertTrue(refused.out().contains("did you mean \"replicas\"?"), refused.out());
      stack.stack(STACK.replace("stack: it", "stack: other"));
      refused = stack.up();
      assertEquals(1, refused.status(), refused.out());
      assertTrue(refused.out().contains("this data directory runs stack it"), refused.out());
      assertEquals(pids, stack.pids());
    }
  }

  @Test
  void downAfterAKill_findsWhatIsLeft() throws Exception {
    try (Installation stack = new Installation(directory)) {
      stack.stack(STACK);
      assertReady(stack.up());
      Map<String, Long> pids = stack.pids();
      ProcessHandle.of(stack.control().pid()).orElseThrow().destroyForcibly();
      Await.until("Mamparo is gone", Duration.ofSeconds(60), () -> !stack.control().alive());
      Result down = stack.mamparo("down");
      assertEquals(0, down.status(), down.out());
      assertGone(pids);
      assertNothingIsLeft(stack);
    }
  }

  @Test
  void twoStacks_runSideBySide() throws Exception {
    Path one = Files.createDirectory(directory.resolve("one"));
    Path two = Files.createDirectory(directory.resolve("two"));
    try (Installation first = new Installation(one);
        Installation second = new Installation(two)) {
      first.stack(STACK.replace("hello", "one"));
      second.stack(STACK.replace("hello", "two"));
      assertReady(first.up());
      assertReady(second.up());
      assertEquals("one", first.json("/").path("greeting").asText());
      assertEquals("two", second.json("/").path("greeting").asText());
      assertEquals(0, first.mamparo("down").status());
      assertEquals("two", second.json("/").path("greeting").asText());
    }
  }

  @Test
  void programThatEndsAtOnce_failsTheStartWithItsLogAndLeavesNothing() throws Exception {
    try (Installation stack = new Installation(directory)) {
      stack.stack(
          STACK.replaceFirst(
              "app.py\\]", "-c, \"import sys; sys.exit('the moon is in the wrong phase')\"]"));
      Result up = stack.up("--timeout", "60");
      assertEquals(1, up.status(), up.out());
      assertTrue(up.out().contains("service front"), up.out());
      assertTrue(up.out().contains("the moon is in the wrong phase"), up.out());
      assertNothingIsLeft(stack);
    }
  }

  @Test
  void portThatIsTaken_isNamedAndNothingIsLeft() throws Exception {
    try (Installation stack = new Installation(directory);
        ServerSocket taken =
            new ServerSocket(8080 + stack.offset, 1, InetAddress.getLoopbackAddress())) {
      stack.stack(STACK);
      Result up = stack.up();
      assertEquals(1, up.status(), up.out());
      assertTrue(up.out().contains(Integer.toString(taken.getLocalPort())), up.out());
      assertTrue(up.out().contains("--port-offset"), up.out());
      assertFalse(up.out().contains("\tat "), up.out());
      assertFalse(Files.exists(stack.data().resolve("control.json")));
    }
  }

  @Test
  void requestOnItsWay_isAnsweredWhileTheStackStops() throws Exception {
    try (Installation stack = new Installation(directory)) {
      stack.stack(STACK);
      assertReady(stack.up());
      AtomicInteger status = new AtomicInteger();
      Thread slow =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      status.set(stack.get("/slow").statusCode());
                    } catch (IOException | InterruptedException e) {
                      status.set(-1);
                    }
                  });
      Await.until(
          "the request is on its way",
          Duration.ofSeconds(60),
          () -> Files.exists(directory.resolve("slow-begun")));
      assertEquals(0, stack.mamparo("down").status());
      slow.join();
      assertEquals(200, status.get());
    }
  }
}
