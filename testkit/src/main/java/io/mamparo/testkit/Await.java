package io.mamparo.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition with a deadline, in place of a sleep. */
public final class Await {
  private Await() {}

  /**
   * Returns once {@code condition} holds; looks again every 10 ms. An exception from the condition
   * counts as "not yet" and becomes the cause of the failure.
   *
   * @throws AssertionError when the condition does not hold within {@code deadline}
   */
  public static void until(String what, Duration deadline, Callable<Boolean> condition) {
    long end = System.nanoTime() + deadline.toNanos();
    Exception last = null;
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (Exception e) {
        last = e;
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + deadline + ": " + what, last);
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting: " + what, e);
      }
    }
  }
}
