package io.mamparo.telemetry.slo;

import io.mamparo.store.Batch;
import io.mamparo.store.Table;
import io.mamparo.telemetry.SloKind;
import io.mamparo.telemetry.SloSpec;
import io.mamparo.telemetry.SloStatus;
import io.mamparo.telemetry.slo.PrefixSums.Sums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One promise, its counts and its judgement. Guarded by this: the roll-up thread adds, any thread
 * asks.
 *
 * <p>A window of n minutes is the n whole minutes before the running one and what has passed of the
 * running one. Where it began is read from the store once a minute; everything since is exact to
 * the last second.
 *
 * <p>Low traffic: an alert needs {@link #MIN_BAD} bad events in its long window, so that one error
 * in a quiet night wakes nobody. A short window with fewer than {@link #MIN_EVENTS} events is
 * doubled until it has as many or is as long as the long one, so that a service with a request
 * every ten minutes that fails for days does page.
 */
final class Objective {
  /** Bad events in the long window without which nothing fires. */
  static final int MIN_BAD = 3;

  /** Events that a short window needs to be believed. */
  static final int MIN_EVENTS = 10;

  private static final int HISTORY_POINTS = 120;

  private final SloSpec spec;
  private final PrefixSums past;
  private final Map<Integer, Sums> starts = new TreeMap<>(); // of windows, by minutes; this minute
  private Sums now;
  private Sums written;
  private int minute;

  Objective(SloSpec spec, Table table, int minute) {
    this.spec = spec;
    past = new PrefixSums(table, name(spec));
    now = past.newest();
    written = now;
    this.minute = Math.max(minute, past.newestMinute() - 1);
  }

  /** Another threshold is another promise: its events are counted anew. */
  private static String name(SloSpec spec) {
    String threshold = spec.threshold() == null ? "" : ":" + spec.threshold().toNanos();
    return spec.service() + '\0' + spec.kind().label() + threshold;
  }

  SloSpec spec() {
    return spec;
  }

  synchronized void add(long good, long total) {
    now = new Sums(now.good() + good, now.total() + total);
  }

  /** Time has come to a minute; clocks that are set back are ignored. */
  synchronized void advance(Batch batch, int toMinute) {
    if (toMinute <= minute) {
      return;
    }
    write(batch);
    if (toMinute / 60 != minute / 60) {
      past.trim(batch, toMinute - windowMinutes() * 2);
    }
    minute = toMinute;
    starts.clear();
  }

  /** Writes what was counted in the running minute. */
  synchronized void write(Batch batch) {
    if (now.equals(written)) {
      return;
    }
    if (written.equals(Sums.ZERO)) {
      past.put(batch, minute, Sums.ZERO);
    }
    past.put(batch, minute + 1, now);
    written = now;
  }

  private int windowMinutes() {
    return spec.windowDays() * 24 * 60;
  }

  private Sums window(int minutes) {
    return now.minus(starts.computeIfAbsent(minutes, m -> past.at(minute - m)));
  }

  synchronized SloStatus status() {
    Sums all = window(windowMinutes());
    List<SloStatus.Burn> burns = new ArrayList<>();
    for (BurnPolicy policy : BurnPolicy.forWindow(windowMinutes())) {
      burns.add(burn(policy));
    }
    return new SloStatus(spec, all.good(), all.total(), budget(all), burns);
  }

  private SloStatus.Budget budget(Sums all) {
    double allowed = all.total() * (1 - spec.objective());
    return new SloStatus.Budget(allowed, all.bad(), remaining(all));
  }

  private double remaining(Sums all) {
    return all.total() == 0 ? 1 : 1 - all.bad() / (all.total() * (1 - spec.objective()));
  }

  private SloStatus.Burn burn(BurnPolicy policy) {
    Sums inLong = window(policy.longMinutes());
    int minutes = policy.shortMinutes();
    Sums inShort = window(minutes);
    while (inShort.total() < MIN_EVENTS && minutes < policy.longMinutes()) {
      minutes = Math.min(minutes * 2, policy.longMinutes());
      inShort = window(minutes);
    }
    double factor = policy.factor(windowMinutes(), spec.objective());
    Double longBurn = rate(inLong);
    Double shortBurn = rate(inShort);
    boolean firing =
        inLong.bad() >= MIN_BAD
            && longBurn != null
            && shortBurn != null
            && longBurn >= factor
            && shortBurn >= factor;
    return new SloStatus.Burn(
        policy.severity(),
        policy.longMinutes() * 60L,
        policy.shortMinutes() * 60L,
        factor,
        longBurn,
        shortBurn,
        firing);
  }

  private @Nullable Double rate(Sums sums) {
    return sums.total() == 0 ? null : (double) sums.bad() / sums.total() / (1 - spec.objective());
  }

  /** The past of the budget, over as long as its window, in 120 steps. */
  synchronized SloStatus.History history() {
    int step = windowMinutes() / HISTORY_POINTS;
    List<Long> t = new ArrayList<>();
    List<Double> remaining = new ArrayList<>();
    List<@Nullable Double> burn = new ArrayList<>();
    for (int at = minute - step * (HISTORY_POINTS - 1); at <= minute; at += step) {
      Sums then = at == minute ? now : past.at(at);
      t.add(at * 60L);
      remaining.add(remaining(then.minus(past.at(at - windowMinutes()))));
      burn.add(rate(then.minus(past.at(at - 60))));
    }
    return new SloStatus.History(t, remaining, burn);
  }

  boolean is(String service, SloKind kind) {
    return spec.service().equals(service) && spec.kind() == kind;
  }
}
