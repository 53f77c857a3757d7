package io.mamparo.load.run;

import io.mamparo.load.Figures;
import io.mamparo.load.Second;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What happened when: requests by the time at which they should have started. Keeps the last hour.
 * Owned by the {@link Tally}, under its lock.
 */
final class Timeline {
  /** How many seconds are kept. */
  static final int KEPT = 3600;

  private static final long SECOND = 1_000_000_000L;
  private static final long TICK = SECOND / Bucket.TICKS;

  private final long start;
  private final long openSeconds;
  private final ArrayDeque<Bucket> buckets = new ArrayDeque<>();
  private final List<Bucket> unpacked = new ArrayList<>();

  /**
   * An empty one.
   *
   * @param start the monotonic time of second 0
   * @param timeoutNanos after which nothing more comes in for a second
   */
  Timeline(long start, long timeoutNanos) {
    this.start = start;
    this.openSeconds = timeoutNanos / SECOND + 2;
  }

  void sent(long intended) {
    bucketAt(intended).sent(tick(intended));
  }

  void ended(long intended, long now, boolean ok) {
    Bucket bucket = find((intended - start) / SECOND);
    if (bucket != null) {
      bucket.ended(tick(intended), ok, Math.max(0, (now - intended) / 1000));
    }
    if (ok) {
      bucketAt(now).okEnded(tick(now));
    }
  }

  List<Second> seconds(int last) {
    return buckets.stream().skip(Math.max(0, buckets.size() - last)).map(Bucket::summary).toList();
  }

  /**
   * Counts from one moment of the run to before another, to the tick; latencies of all seconds that
   * the stretch touches.
   */
  Figures between(long fromNanos, long toNanos) {
    long[] counts = new long[3];
    Histogram latency = Bucket.histogram();
    long fromTick = Math.max(0, nearestTick(fromNanos));
    long toTick = nearestTick(toNanos);
    for (Bucket bucket : buckets) {
      long first = bucket.second * Bucket.TICKS;
      int from = Math.clamp(fromTick - first, 0, Bucket.TICKS);
      int to = Math.clamp(toTick - first, 0, Bucket.TICKS);
      if (from < to) {
        bucket.addTo(counts, from, to);
        latency.add(bucket.latency());
      }
    }
    return new Figures(counts[0], counts[1], counts[2], latency);
  }

  /** The end of the first tick from a moment on in which a success ended, in nanoseconds, or -1. */
  long firstSuccessFrom(long nanos) {
    long from = Math.max(0, Math.ceilDiv(nanos, TICK));
    for (Bucket bucket : buckets) {
      for (int tick = 0; tick < Bucket.TICKS; tick++) {
        long at = bucket.second * Bucket.TICKS + tick;
        if (at >= from && bucket.okEndedAt(tick) > 0) {
          return (at + 1) * TICK;
        }
      }
    }
    return -1;
  }

  private static long nearestTick(long nanos) {
    return Math.floorDiv(nanos + TICK / 2, TICK);
  }

  private int tick(long nanos) {
    return (int) Math.max(0, (nanos - start) % SECOND / TICK);
  }

  private Bucket bucketAt(long nanos) {
    long second = Math.max(0, (nanos - start) / SECOND);
    while (buckets.isEmpty() || buckets.peekLast().second < second) {
      Bucket next = new Bucket(buckets.isEmpty() ? second : buckets.peekLast().second + 1);
      buckets.addLast(next);
      unpacked.add(next);
      if (buckets.size() > KEPT) {
        buckets.removeFirst();
      }
      packOld(next.second);
    }
    Bucket found = find(second);
    return found == null ? buckets.peekLast() : found;
  }

  private void packOld(long present) {
    unpacked.removeIf(
        bucket -> {
          boolean old = bucket.second < present - openSeconds;
          if (old) {
            bucket.close();
          }
          return old;
        });
  }

  private @Nullable Bucket find(long second) {
    // What is looked for is nearly always among the last few.
    for (var from = buckets.descendingIterator(); from.hasNext(); ) {
      Bucket bucket = from.next();
      if (bucket.second <= second) {
        return bucket.second == second ? bucket : null;
      }
    }
    return null;
  }
}
