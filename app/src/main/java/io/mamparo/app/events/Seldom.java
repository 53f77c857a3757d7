package io.mamparo.app.events;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets one line into the log each ten seconds: what happens a thousand times a second is counted by
 * a metric, and the log says that it happens. Safe for use by several threads.
 */
final class Seldom {
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong last = new AtomicLong(System.nanoTime() - PAUSE);

  boolean mayPass() {
    long now = System.nanoTime();
    long before = last.get();
    return now - before >= PAUSE && last.compareAndSet(before, now);
  }
}
