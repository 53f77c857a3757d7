package io.mamparo.gameday.run;

import io.mamparo.gameday.Expectation;
import io.mamparo.gameday.Window;
import io.mamparo.load.Figures;
import io.mamparo.load.LoadRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Compares expectations with evidence. A pure function: no state, no I/O. */
public final class Judge {
  private static final double ROUNDING = 1e-9;

  private Judge() {}

  /** Whether an expectation held, and what was seen. */
  public static Judged judge(Expectation expectation, Evidence evidence) {
    return switch (expectation) {
      case Expectation.Failures e -> failures(e, evidence);
      case Expectation.Latency e -> latency(e, evidence);
      case Expectation.LatencyBack e -> latencyBack(e, evidence);
      case Expectation.Unmoved e -> unmoved(e, evidence);
      case Expectation.ConnectionsKept e -> connectionsKept(e, evidence);
      case Expectation.SuccessAgain e -> successAgain(e, evidence);
      case Expectation.Ready e -> ready(e, evidence);
      case Expectation.Breaker e -> breaker(e, evidence);
      case Expectation.Budget e -> budget(e, evidence);
    };
  }

  private static Judged failures(Expectation.Failures e, Evidence evidence) {
    Figures figures = figures(e.load(), e.window(), evidence);
    String seen =
        String.format(
            Locale.ROOT,
            "%d of %d requests failed, %.3f %%",
            figures.failed(),
            figures.sent(),
            figures.failureRatio() * 100);
    return new Judged(e.text(), figures.sent() > 0 && figures.failureRatio() <= e.atMost(), seen);
  }

  private static Judged latency(Expectation.Latency e, Evidence evidence) {
    Figures figures = figures(e.load(), e.window(), evidence);
    return within(e, figures, e.percentile(), e.atMost());
  }

  private static Judged latencyBack(Expectation.LatencyBack e, Evidence evidence) {
    FaultRun fault = evidence.fault(e.fault());
    double from = Math.ceil(fault.begun() + seconds(e.within()));
    double to = fault.ended() > from + 1 ? fault.ended() : evidence.seconds();
    Figures figures =
        evidence.load(e.load()).between(evidence.nanos(from), evidence.nanos(Math.floor(to)));
    return within(e, figures, e.percentile(), e.atMost());
  }

  private static Judged within(Expectation e, Figures figures, double percentile, Duration atMost) {
    double seen = figures.percentile(percentile);
    boolean any = figures.ok() + figures.failed() > 0;
    return new Judged(
        e.text(),
        any && seen <= atMost.toNanos() / 1e6,
        any
            ? String.format(
                Locale.ROOT, "%.1f ms over %d requests", seen, figures.ok() + figures.failed())
            : "no request ended");
  }

  /**
   * A fault that moves a percentile moves it in every slice of its windows; what moves it in some
   * is the machine. So both the median and the best slice have to move for it to count.
   */
  private static Judged unmoved(Expectation.Unmoved e, Evidence evidence) {
    Slices before = Slices.of(e.calm(), e.load(), e.percentile(), evidence);
    Slices during = Slices.of(e.during(), e.load(), e.percentile(), evidence);
    if (before.isEmpty() || during.isEmpty()) {
      return new Judged(e.text(), false, "no request succeeded");
    }
    double was = before.median();
    double is = during.median();
    boolean little = little(e, was, is) || little(e, before.best(), during.best());
    String seen =
        String.format(
            Locale.ROOT,
            "from %.1f ms (%.1f to %.1f) to %.1f ms (%.1f to %.1f), %+.0f %%",
            was,
            before.best(),
            before.worst(),
            is,
            during.best(),
            during.worst(),
            (is - was) / was * 100);
    return new Judged(e.text(), little, seen);
  }

  private static boolean little(Expectation.Unmoved e, double was, double is) {
    double moved = is - was;
    return moved < was * e.byLess() || moved < e.floor().toNanos() / 1e6;
  }

  private static Judged connectionsKept(Expectation.ConnectionsKept e, Evidence evidence) {
    LoadRun run = evidence.load(e.load());
    boolean any = run.snapshot().ok() > 0;
    long dropped = run.connectionsDropped();
    String seen = any ? dropped + " dropped" : "no request ever succeeded";
    return new Judged(e.text(), any && dropped == 0, seen);
  }

  private static Judged successAgain(Expectation.SuccessAgain e, Evidence evidence) {
    double begun = evidence.fault(e.fault()).begun();
    List<Double> times = evidence.databaseReady().getOrDefault(e.database(), List.of());
    double ready = times.stream().filter(t -> t >= begun).findFirst().orElse(-1.0);
    if (ready < 0) {
      return new Judged(e.text(), false, e.database() + " was not seen to go down and come back");
    }
    long first = evidence.load(e.load()).firstSuccessFrom(evidence.nanos(ready));
    if (first < 0) {
      return new Judged(e.text(), false, "nothing succeeded any more");
    }
    double after = Math.max(0, (first - evidence.nanos(ready)) / 1e9);
    String seen =
        String.format(
            Locale.ROOT,
            "%s accepted connections at %.1f s, requests succeeded %.1f s later",
            e.database(),
            ready,
            after);
    return new Judged(e.text(), after <= seconds(e.within()), seen);
  }

  private static Judged ready(Expectation.Ready e, Evidence evidence) {
    double begun = evidence.fault(e.fault()).begun();
    List<Evidence.Health> seen = evidence.serviceHealth().getOrDefault(e.service(), List.of());
    double down = -1;
    double back = -1;
    for (Evidence.Health health : seen) {
      if (health.seconds() >= begun && down < 0 && !health.full()) {
        down = health.seconds();
      }
      if (down >= 0 && back < 0 && health.full()) {
        back = health.seconds();
      }
    }
    if (down < 0) {
      boolean known = !seen.isEmpty();
      return new Judged(
          e.text(), known, known ? "was never seen with fewer" : "there is no such service");
    }
    String text =
        back < 0
            ? "not again before the end"
            : String.format(Locale.ROOT, "after %.1f s", back - begun);
    return new Judged(e.text(), back >= 0 && back - begun <= seconds(e.within()), text);
  }

  /**
   * Polls can miss a half-open breaker that judges within milliseconds. Where an open one is next
   * seen closed it has been half-open in between, because there is no other way.
   */
  private static Judged breaker(Expectation.Breaker e, Evidence evidence) {
    List<String> seen = new ArrayList<>();
    String last = evidence.initialBreakers().getOrDefault(e.from() + " " + e.to(), "");
    boolean known = !last.isEmpty();
    for (BreakerChange change : evidence.breakers()) {
      if (change.from().equals(e.from()) && change.to().equals(e.to())) {
        known = true;
        if (last.equals("open") && change.state().equals("closed")) {
          seen.add("half-open");
        }
        last = change.state();
        seen.add(last);
      }
    }
    int at = 0;
    for (String state : seen) {
      if (at < e.states().size() && e.states().get(at).equals(state)) {
        at++;
      }
    }
    String text = seen.isEmpty() ? "it stayed " + last : String.join(", ", seen);
    return new Judged(e.text(), at == e.states().size(), known ? text : "there is no such edge");
  }

  private static Judged budget(Expectation.Budget e, Evidence evidence) {
    Double after = evidence.budgetAfter().get(e.service());
    if (after == null) {
      return new Judged(e.text(), false, "there is no availability objective for it");
    }
    double before = evidence.budgetBefore().getOrDefault(e.service(), 0.0);
    String seen =
        String.format(Locale.ROOT, "from %.2f %% to %.2f %% spent", before * 100, after * 100);
    return new Judged(e.text(), after - before >= e.spendsAtLeast() - ROUNDING, seen);
  }

  private static Figures figures(String load, Window window, Evidence evidence) {
    return evidence
        .load(load)
        .between(evidence.nanos(seconds(window.from())), evidence.nanos(seconds(window.to())));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
