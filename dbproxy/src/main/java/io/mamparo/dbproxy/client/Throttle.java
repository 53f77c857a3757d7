package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.Security;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Slows down whoever guesses passwords: failed log-ins by address and user. After a number that is
 * free, each costs twice as long a wait as the one before, in which further tries are refused
 * unread. Safe for use by several threads.
 *
 * <p>Invariant: at most {@value #MOST} pairs are kept; the one that has been quiet longest makes
 * room.
 */
public final class Throttle {
  static final int MOST = 10_000;

  /** Failures are forgotten after this long without another. */
  private static final long FORGET_NANOS = 600_000_000_000L;

  private record Who(String address, String user) {}

  private static final class Failures {
    int failures;
    long last;
    long until;
  }

  private final LinkedHashMap<Who, Failures> records = // guarded by this
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Failures> eldest) {
          return size() > MOST;
        }
      };
  private final AtomicLong refused = new AtomicLong();
  private volatile boolean empty = true;

  /** How long the next try has to wait, in nanoseconds; 0 when it may be made. */
  long waits(String address, String user, long now) {
    if (empty) {
      return 0;
    }
    synchronized (this) {
      Failures of = records.get(new Who(address, user));
      long left = of == null ? 0 : of.until - now;
      if (left > 0) {
        refused.incrementAndGet();
      }
      return Math.max(0, left);
    }
  }

  /** A try has failed. */
  synchronized void failed(String address, String user, long now, Security.Throttle settings) {
    Failures of = records.computeIfAbsent(new Who(address, user), who -> new Failures());
    if (now - of.last > FORGET_NANOS) {
      of.failures = 0;
    }
    of.failures++;
    of.last = now;
    int over = of.failures - settings.free();
    long seconds = over < 0 ? 0 : Math.min(settings.mostSeconds(), 1L << Math.min(over, 20));
    of.until = now + seconds * 1_000_000_000L;
    empty = false;
  }

  /** A try went well: what was before is forgotten. */
  void succeeded(String address, String user) {
    if (!empty) {
      synchronized (this) {
        records.remove(new Who(address, user));
        empty = records.isEmpty();
      }
    }
  }

  /** Tries that were refused unread since the start. */
  public long refused() {
    return refused.get();
  }
}
