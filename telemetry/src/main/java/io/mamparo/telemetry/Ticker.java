package io.mamparo.telemetry;

import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import io.mamparo.store.Batch;
import io.mamparo.store.Durability;
import io.mamparo.store.Store;
import io.mamparo.telemetry.metrics.RollUp;
import io.mamparo.telemetry.slo.ServiceLevels;
import io.mamparo.telemetry.storage.MinutePoints;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Drives everything that happens once in a while, on one virtual thread: spans every 100 ms,
 * counters every second, the store every five seconds, bounds every minute. A failure of the disk
 * is logged once until it is over; counting goes on meanwhile.
 */
final class Ticker {
  private static final Logger LOG = System.getLogger(Ticker.class.getName());
  private static final long PERIOD_MILLIS = 100;
  private static final int WRITE_SECONDS = 5;

  private final Telemetry telemetry;
  private final Clock clock;
  private final Store store;
  private final RollUp rollUp;
  private final ServiceLevels levels;
  private volatile @Nullable Thread thread;
  private volatile boolean stopping;
  private volatile long now; // the first second that is not over
  private int minute;
  private boolean failing;

  Ticker(
      Telemetry telemetry,
      Clock clock,
      Store store,
      RollUp rollUp,
      MinutePoints points,
      ServiceLevels levels) {
    this.telemetry = telemetry;
    this.clock = clock;
    this.store = store;
    this.rollUp = rollUp;
    this.levels = levels;
    now = clock.epochNanos() / 1_000_000_000L;
    minute = (int) (now / 60);
    points.partitions().enforce(now);
  }

  long now() {
    return now;
  }

  void start() {
    thread = Thread.ofVirtual().name("telemetry").start(this::run);
  }

  private void run() {
    while (!stopping) {
      try {
        Thread.sleep(PERIOD_MILLIS);
        tick();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "telemetry skipped a moment", e);
      }
    }
  }

  /** Looks at the clock and does what is due. Clocks that are set back stop time for a while. */
  synchronized void tick() {
    telemetry.readSpans();
    long second = clock.epochNanos() / 1_000_000_000L;
    if (second <= now) {
      return;
    }
    rollUp.read(second - 1);
    boolean newMinute = (int) (second / 60) != minute;
    now = second;
    if (newMinute || second % WRITE_SECONDS == 0) {
      write(second, newMinute);
    }
    if (newMinute) {
      minute = (int) (second / 60);
      telemetry.minutePassed();
    }
  }

  private void write(long second, boolean newMinute) {
    Batch batch = new Batch();
    if (newMinute) {
      rollUp.writeMinute(batch, minute, (minute + 1) * 60L);
      levels.advance(batch, (int) (second / 60));
    } else {
      rollUp.writeMinute(batch, minute, second);
      levels.write(batch);
    }
    try {
      store.write(batch, Durability.PROCESS);
      failing = false;
    } catch (Problem e) {
      if (!failing) {
        LOG.log(Level.WARNING, e.forUser());
      }
      failing = true;
    }
  }

  /** Ends the thread and reads and writes what is left. */
  void close() {
    stopping = true;
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    synchronized (this) {
      rollUp.read(now);
      write(now + 1, false);
    }
  }
}
