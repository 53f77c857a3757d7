package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.app.Mamparo;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** A stack that runs in this process until Ctrl-C. */
final class Foreground {
  private Foreground() {}

  static int run(Terminal terminal, Mamparo.Settings settings, Duration patience)
      throws InterruptedException {
    Timeline timeline = new Timeline(terminal);
    timeline.opening(settings.file(), settings.data());
    Mamparo mamparo = Mamparo.start(settings);
    AtomicBoolean ended = new AtomicBoolean();
    Thread hook =
        new Thread(
            () -> {
              if (!ended.get()) {
                terminal.out().println();
                terminal
                    .out()
                    .println("Stopping: requests and statements on their way may finish ...");
                mamparo.close();
                terminal.out().println("Stopped; nothing is left running.");
                terminal.out().flush();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    long end = System.nanoTime() + patience.toNanos();
    JsonNode status = mamparo.status();
    while (!timeline.show(status) && !mamparo.stopping() && System.nanoTime() < end) {
      mamparo.awaitChange(Duration.ofMillis(100));
      status = mamparo.status();
    }
    if (!mamparo.stopping()) {
      if (status.path("ready").asBoolean()) {
        timeline.addresses(status);
        terminal.out().println("Ctrl-C stops it.");
      } else {
        terminal.err().println("mamparo: not ready yet: " + Timeline.reasons(status));
        terminal.err().println("It goes on trying; mamparo status and mamparo logs tell more.");
      }
    }
    mamparo.awaitStop();
    ended.set(true);
    return ExitCode.OK;
  }
}
