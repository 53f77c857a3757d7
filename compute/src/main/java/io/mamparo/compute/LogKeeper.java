package io.mamparo.compute;

import io.mamparo.compute.proc.LogRotation;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Rotates logs, on a virtual thread of its own that looks at their sizes twice a second: a log
 * exceeds its size by what is written in that time.
 */
final class LogKeeper implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LogKeeper.class.getName());
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final Map<Path, LogPolicy> logs = new ConcurrentHashMap<>();
  private final CountDownLatch end = new CountDownLatch(1);

  LogKeeper() {
    Thread.ofVirtual().name("log-keeper").start(this::run);
  }

  /** Keeps a log within its bounds from now on. */
  void keep(Path log, LogPolicy policy) {
    logs.put(log, policy);
  }

  /** Leaves a log alone. */
  void leave(Path log) {
    logs.remove(log);
  }

  private void run() {
    try {
      while (!end.await(INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
        logs.forEach(LogKeeper::rotate);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rotate(Path log, LogPolicy policy) {
    try {
      LogRotation.rotate(log, policy.maxBytes(), policy.keep());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot rotate {0}: {1}", log, e.getMessage());
    }
  }

  @Override
  public void close() {
    end.countDown();
  }
}
