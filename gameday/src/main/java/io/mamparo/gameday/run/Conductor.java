package io.mamparo.gameday.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.gameday.ControlPoint;
import io.mamparo.gameday.Expectation;
import io.mamparo.gameday.Fault;
import io.mamparo.gameday.GameDay;
import io.mamparo.gameday.LoadPlan;
import io.mamparo.gameday.Verdict;
import io.mamparo.gameday.Window;
import io.mamparo.load.Load;
import io.mamparo.load.LoadReport;
import io.mamparo.load.LoadRun;
import io.mamparo.load.LoadSnapshot;
import io.mamparo.load.Second;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Leads through a game day, on the thread that calls it: starts the loads, waits out the warm-up,
 * begins and ends faults in time order, says each second how it goes, and has the evidence judged.
 */
public final class Conductor {
  /** A fault mends itself so long after it should have been mended. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final GameDay day;
  private final ControlPoint control;
  private final Consumer<String> out;
  private final Map<String, LoadRun> runs = new LinkedHashMap<>();
  private final Map<Fault, String> ids = new HashMap<>();
  private final Map<Fault, Double> begun = new LinkedHashMap<>();
  private final Map<Fault, Double> ended = new HashMap<>();

  /** Something to do at a time of the game day. */
  private record Action(Duration at, int order, Runnable what) {}

  public Conductor(GameDay day, ControlPoint control, Consumer<String> out) {
    this.day = day;
    this.control = control;
    this.out = out;
  }

  /** Carries the game day out and judges it. Faults may be left in force if this throws. */
  public Verdict conduct() throws InterruptedException {
    out.accept("game day: " + day.name());
    Map<String, Load> loads = new LinkedHashMap<>();
    for (LoadPlan plan : day.loads()) {
      loads.put(plan.name(), Loads.aim(day, plan, control));
    }
    if (!day.preparations().isEmpty()) {
      out.accept("preparing");
      Loads.prepare(day, control);
    }
    long startedEpochMs = System.currentTimeMillis() + day.warmUp().toMillis();
    loads.forEach((name, load) -> runs.put(name, load.start()));
    Stopwatch watch = new Stopwatch(System.nanoTime() + day.warmUp().toNanos());
    Chronicle chronicle = new Chronicle(watch, out);
    try (Observer observer = new Observer(control, watch, chronicle)) {
      observer.start(databases());
      Evidence evidence = gather(watch, chronicle, observer);
      List<LoadReport> reports = runs.values().stream().map(LoadRun::report).toList();
      List<Judged> judged = day.expectations().stream().map(e -> Judge.judge(e, evidence)).toList();
      judged.forEach(this::say);
      return new Verdict(day, startedEpochMs, evidence, judged, reports, chronicle.events());
    } finally {
      runs.values().forEach(LoadRun::stop);
    }
  }

  private Evidence gather(Stopwatch watch, Chronicle chronicle, Observer observer)
      throws InterruptedException {
    sleepUntil(watch, Duration.ZERO);
    chronicle.say("begins, after " + Window.seconds(day.warmUp()) + " of warm-up");
    Map<String, Double> budgetBefore = budgets();
    for (Action action : actions(watch, chronicle)) {
      sleepUntil(watch, action.at());
      action.what().run();
    }
    chronicle.say("ends");
    for (LoadRun run : runs.values()) {
      run.await();
    }
    double end = day.duration().toNanos() / 1e9;
    List<FaultRun> faults = new ArrayList<>();
    begun.forEach(
        (fault, at) -> faults.add(new FaultRun(fault, at, ended.getOrDefault(fault, end))));
    return new Evidence(
        runs,
        warmUpSeconds(watch),
        end,
        faults,
        observer.changes(),
        observer.initialBreakers(),
        observer.databaseReady(),
        observer.serviceHealth(),
        budgetBefore,
        budgets());
  }

  /** The loads started a little before the stopwatch was set. */
  private double warmUpSeconds(Stopwatch watch) {
    return runs.values().stream()
        .mapToDouble(run -> -watch.seconds(run.startNanos()))
        .average()
        .orElse(day.warmUp().toNanos() / 1e9);
  }

  private List<Action> actions(Stopwatch watch, Chronicle chronicle) {
    List<Action> all = new ArrayList<>();
    for (Fault fault : day.faults()) {
      all.add(new Action(fault.at(), 1, () -> begin(fault, watch, chronicle)));
      if (fault.kind().lasts()) {
        Duration until = fault.until(day.duration());
        all.add(new Action(until, 0, () -> end(fault, watch, chronicle)));
      }
    }
    for (long second = 1; second < day.duration().toSeconds(); second++) {
      all.add(new Action(Duration.ofSeconds(second), 2, () -> chronicle.progress(progress())));
    }
    all.add(new Action(day.duration(), 3, () -> {}));
    all.sort(Comparator.comparing(Action::at).thenComparingInt(Action::order));
    return all;
  }

  private void begin(Fault fault, Stopwatch watch, Chronicle chronicle) {
    Duration atMost = fault.until(day.duration()).minus(fault.at()).plus(GRACE);
    ids.put(fault, control.begin(fault, atMost));
    begun.put(fault, watch.seconds());
    chronicle.say(
        "fault " + fault.name() + " begins: " + fault.kind().text() + " " + fault.target());
  }

  private void end(Fault fault, Stopwatch watch, Chronicle chronicle) {
    String id = ids.get(fault);
    if (id != null) {
      control.end(id);
      ended.put(fault, watch.seconds());
      chronicle.say("fault " + fault.name() + " ends");
    }
  }

  private String progress() {
    return runs.values().stream().map(Conductor::progress).collect(Collectors.joining("   "));
  }

  private static String progress(LoadRun run) {
    LoadSnapshot snapshot = run.snapshot();
    Second last = snapshot.last();
    return last == null
        ? snapshot.name()
        : String.format(
            Locale.ROOT,
            "%s %d/s, %d failed, p99 %.0f ms",
            snapshot.name(),
            last.sent(),
            last.failed(),
            last.p99());
  }

  private void say(Judged judged) {
    out.accept((judged.held() ? "  held    " : "  FAILED  ") + judged.expected());
    out.accept("          " + judged.seen());
  }

  private Set<String> databases() {
    return day.expectations().stream()
        .filter(Expectation.SuccessAgain.class::isInstance)
        .map(e -> ((Expectation.SuccessAgain) e).database())
        .collect(Collectors.toSet());
  }

  private Map<String, Double> budgets() {
    Map<String, Double> spent = new HashMap<>();
    for (JsonNode slo : control.slos().path("slos")) {
      if (slo.path("kind").asText().equals("availability")) {
        spent.put(slo.path("service").asText(), spent(slo));
      }
    }
    return spent;
  }

  /** The spent share of the budget: of the bad events there may be, those there were. */
  private static double spent(JsonNode slo) {
    JsonNode budget = slo.path("budget");
    if (budget.hasNonNull("remaining")) {
      return 1 - budget.path("remaining").asDouble();
    }
    double total = budget.path("total").asDouble();
    return total == 0 ? 0 : budget.path("spent").asDouble() / total;
  }

  private static void sleepUntil(Stopwatch watch, Duration at) throws InterruptedException {
    double left = at.toNanos() / 1e9 - watch.seconds();
    if (left > 0) {
      TimeUnit.NANOSECONDS.sleep(Math.round(left * 1e9));
    }
  }
}
