package io.mamparo.load.run;

import io.mamparo.load.ErrorKind;
import io.mamparo.load.Failure;
import io.mamparo.load.Figures;
import io.mamparo.load.LoadReport;
import io.mamparo.load.Percentiles;
import io.mamparo.load.Second;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;

/** Counts everything a run sees. Safe for use by several threads: one lock, held for about 1 µs. */
final class Tally {
  /** Failures that are remembered one by one; the oldest go first. */
  static final int FAILURES_KEPT = 20_000;

  /** Different statuses that are told apart. */
  private static final int LABELS = 100;

  private static final String OTHERS = "others";

  private final ReentrantLock lock = new ReentrantLock();
  private final List<String> kinds;
  private final long start;
  private final Timeline timeline;
  private final Histogram latency = precise();
  private final List<Histogram> latencyByKind = new ArrayList<>();
  private final long[] okByKind;
  private final long[] failedByKind;
  private final Map<String, Long> statuses = new TreeMap<>();
  private final Map<String, Long> errors = new TreeMap<>();
  private final ArrayDeque<Failure> failures = new ArrayDeque<>();
  private long sent;
  private long ok;
  private long failed;

  Tally(List<String> kinds, long start, long timeoutNanos) {
    this.kinds = kinds;
    this.start = start;
    this.timeline = new Timeline(start, timeoutNanos);
    this.okByKind = new long[kinds.size()];
    this.failedByKind = new long[kinds.size()];
    kinds.forEach(kind -> latencyByKind.add(precise()));
  }

  private static Histogram precise() {
    Histogram histogram = new Histogram(3);
    histogram.setAutoResize(true);
    return histogram;
  }

  void sent(Job job) {
    locked(
        () -> {
          sent++;
          timeline.sent(job.intended());
        });
  }

  void ended(Job job, Outcome outcome, long now) {
    lock.lock();
    try {
      long micros = Math.max(0, (now - job.intended()) / 1000);
      latency.recordValue(micros);
      latencyByKind.get(job.kind()).recordValue(micros);
      count(outcome.error() == null ? statuses : errors, outcome.label());
      if (outcome.error() == ErrorKind.SQL) {
        count(statuses, outcome.label());
      }
      timeline.ended(job.intended(), now, outcome.ok());
      if (outcome.ok()) {
        ok++;
        okByKind[job.kind()]++;
      } else {
        failed++;
        failedByKind[job.kind()]++;
        remember(job, outcome, now);
      }
    } finally {
      lock.unlock();
    }
  }

  private void remember(Job job, Outcome outcome, long now) {
    if (failures.size() == FAILURES_KEPT) {
      failures.removeFirst();
    }
    failures.add(
        new Failure(job.intended() - start, now - start, kinds.get(job.kind()), outcome.label()));
  }

  private static void count(Map<String, Long> map, String label) {
    String key = map.size() < LABELS || map.containsKey(label) ? label : OTHERS;
    map.merge(key, 1L, Long::sum);
  }

  long[] totals() {
    lock.lock();
    try {
      return new long[] {sent, ok, failed};
    } finally {
      lock.unlock();
    }
  }

  Percentiles percentiles() {
    lock.lock();
    try {
      return Percentiles.of(latency);
    } finally {
      lock.unlock();
    }
  }

  List<Second> seconds(int last) {
    lock.lock();
    try {
      return timeline.seconds(last);
    } finally {
      lock.unlock();
    }
  }

  Figures between(long fromNanos, long toNanos) {
    lock.lock();
    try {
      return timeline.between(fromNanos, toNanos);
    } finally {
      lock.unlock();
    }
  }

  long firstSuccessFrom(long nanos) {
    lock.lock();
    try {
      return timeline.firstSuccessFrom(nanos);
    } finally {
      lock.unlock();
    }
  }

  List<Failure> failures() {
    lock.lock();
    try {
      return List.copyOf(failures);
    } finally {
      lock.unlock();
    }
  }

  LoadReport report(
      String name,
      String protocol,
      long startedEpochMs,
      double seconds,
      double rate,
      Connections connections) {
    lock.lock();
    try {
      List<LoadReport.OfKind> byKind = new ArrayList<>();
      for (int i = 0; i < kinds.size(); i++) {
        byKind.add(
            new LoadReport.OfKind(
                kinds.get(i), okByKind[i], failedByKind[i], Percentiles.of(latencyByKind.get(i))));
      }
      return new LoadReport(
          name,
          protocol,
          startedEpochMs,
          seconds,
          rate,
          seconds == 0 ? 0 : sent / seconds,
          sent,
          ok,
          failed,
          Percentiles.of(latency),
          statuses,
          errors,
          connections.opened(),
          connections.dropped(),
          byKind,
          timeline.seconds(Timeline.KEPT));
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }
}
