package io.mamparo.compute;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A program for tests: supervises two replicas of a web server in the given directory, for the
 * given stack, writes the file {@code ready} once they are healthy, and goes on until it is killed.
 */
final class SupervisorMain {
  private SupervisorMain() {}

  static ServicePlan plan(Rig rig) {
    return rig.plan("web", Rig.java(WebServer.class))
        .path("/health")
        .replicas(2)
        .env("GREETING", "hello")
        .build();
  }

  public static void main(String[] args) throws Exception {
    Rig rig = new Rig(Path.of(args[0]), args[1]);
    rig.services().apply(List.of(plan(rig)));
    if (rig.services().awaitReady(Duration.ofMinutes(2))) {
      Files.createFile(rig.directory.resolve("ready"));
    }
    Thread.currentThread().join();
  }
}
