package io.mamparo.gameday.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.gameday.Expectation;
import io.mamparo.gameday.Fault;
import io.mamparo.gameday.FaultKind;
import io.mamparo.gameday.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final double WARM_UP = 5;

  private final List<BreakerChange> breakers = new ArrayList<>();
  private FakeRun run = new FakeRun(45_000, ms -> false, ms -> 10, 0);
  private Map<String, List<Double>> databaseReady = Map.of();
  private List<Evidence.Health> health = List.of();

  private Judged judge(Expectation expectation) {
    Fault fault =
        new Fault(
            "freeze",
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            FaultKind.STOP_REPLICA,
            Map.of("service", "cars"));
    return Judge.judge(
        expectation,
        new Evidence(
            Map.of("browse", run),
            WARM_UP,
            40,
            List.of(new FaultRun(fault, 10.02, 20.01)),
            breakers,
            Map.of("ingress bookings", "closed"),
            databaseReady,
            Map.of("cars", health),
            Map.of("bookings", 0.1),
            Map.of("bookings", 0.35)));
  }

  /** From seconds of the game day to milliseconds of the load. */
  private static boolean during(long ms, double from, double to) {
    double seconds = ms / 1000.0 - WARM_UP;
    return seconds >= from && seconds < to;
  }

  private static Window window(int from, int to) {
    return new Window(Duration.ofSeconds(from), Duration.ofSeconds(to));
  }

  @Test
  void failures_areCountedInTheirWindowOnly() {
    run = new FakeRun(45_000, ms -> during(ms, 12, 12.02) || during(ms, -5, 0), ms -> 10, 0);
    Judged held = judge(new Expectation.Failures("browse", 0.001, window(0, 40)));
    assertEquals("20 of 40000 requests failed, 0.050 %", held.seen());
    assertEquals(true, held.held());
    assertEquals(false, judge(new Expectation.Failures("browse", 0.001, window(10, 20))).held());
    assertEquals(true, judge(new Expectation.Failures("browse", 0.002, window(10, 20))).held());
  }

  @Test
  void aLoadThatSentNothing_holdsNothing() {
    run = new FakeRun(0, ms -> false, ms -> 10, 0);
    assertEquals(false, judge(new Expectation.Failures("browse", 1, window(0, 40))).held());
    assertEquals(
        false,
        judge(new Expectation.Latency("browse", 99, Duration.ofSeconds(9), window(0, 40))).held());
    assertEquals(false, judge(new Expectation.ConnectionsKept("browse")).held());
  }

  @Test
  void latencyBack_looksFromTheGraceToTheEndOfTheFault() {
    Expectation back =
        new Expectation.LatencyBack(
            "browse", 99, Duration.ofMillis(250), Duration.ofSeconds(5), "freeze");
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 10, 15) ? 2_000 : 10, 0);
    assertEquals(true, judge(back).held());
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 10, 16.5) ? 2_000 : 10, 0);
    assertEquals(false, judge(back).held());
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 20, 30) ? 2_000 : 10, 0);
    assertEquals(true, judge(back).held(), "after the fault it is another matter");
  }

  @Test
  void unmoved_mayFallButNotRise_andKnowsNoise() {
    Expectation strict =
        new Expectation.Unmoved(
            "browse", 99, 0.2, Duration.ZERO, List.of(window(10, 20)), List.of(window(0, 10)));
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 10, 20) ? 11.5 : 10, 0);
    assertEquals(true, judge(strict).held());
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 10, 20) ? 12.5 : 10, 0);
    assertEquals(
        "from 10.0 ms (10.0 to 10.0) to 12.5 ms (12.5 to 12.5), +25 %", judge(strict).seen());
    assertEquals(false, judge(strict).held());
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 10, 20) ? 7 : 10, 0);
    assertEquals(true, judge(strict).held());
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 10, 20) ? 12.5 : 10, 0);
    assertEquals(
        true,
        judge(
                new Expectation.Unmoved(
                    "browse",
                    99,
                    0.2,
                    Duration.ofMillis(3),
                    List.of(window(10, 20)),
                    List.of(window(0, 10))))
            .held());
  }

  @Test
  void unmoved_takesHiccupsForTheMachines_andALastingMoveForTheFaults() {
    Expectation strict =
        new Expectation.Unmoved(
            "browse", 99, 0.2, Duration.ZERO, List.of(window(20, 40)), List.of(window(0, 20)));
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 25, 29) ? 90 : 10, 0);
    assertEquals(true, judge(strict).held(), judge(strict)::seen);
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 25, 40) ? 14 : 10, 0);
    assertEquals(true, judge(strict).held(), "not in every slice");
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 20, 40) ? 14 : 10, 0);
    assertEquals(false, judge(strict).held(), judge(strict)::seen);
  }

  @Test
  void unmoved_whileFaultsAlternateWithCalm_tellsTheFaultsFromTheMachine() {
    List<Window> during = List.of(window(5, 10), window(15, 20), window(25, 30), window(35, 40));
    Expectation alternating =
        new Expectation.Unmoved(
            "browse",
            99,
            0.2,
            Duration.ZERO,
            during,
            Window.between(during, Duration.ofSeconds(40)));
    run = new FakeRun(45_000, ms -> false, ms -> during(ms, 20, 40) ? 30 : 10, 0);
    assertEquals(true, judge(alternating).held(), "half the day is slow, with and without a fault");
    run =
        new FakeRun(
            45_000, ms -> false, ms -> during.stream().anyMatch(w -> isIn(w, ms)) ? 14 : 10, 0);
    assertEquals(
        "from 10.0 ms (10.0 to 10.0) to 14.0 ms (14.0 to 14.0), +40 %", judge(alternating).seen());
    assertEquals(false, judge(alternating).held());
  }

  private static boolean isIn(Window window, long ms) {
    return during(ms, window.from().toMillis() / 1e3, window.to().toMillis() / 1e3);
  }

  @Test
  void connectionsKept_needsNoneDropped() {
    assertEquals(true, judge(new Expectation.ConnectionsKept("browse")).held());
    run = new FakeRun(45_000, ms -> false, ms -> 10, 1);
    assertEquals(false, judge(new Expectation.ConnectionsKept("browse")).held());
  }

  @Test
  void successAgain_countsFromTheDatabasesReturn() {
    Expectation again =
        new Expectation.SuccessAgain("browse", "cars", Duration.ofSeconds(2), "freeze");
    assertEquals(false, judge(again).held(), "it never went down");
    databaseReady = Map.of("cars", List.of(3.0, 14.0));
    run = new FakeRun(45_000, ms -> during(ms, 10, 15.5), ms -> 10, 0);
    assertEquals(
        "cars accepted connections at 14.0 s, requests succeeded 1.5 s later", judge(again).seen());
    assertEquals(true, judge(again).held());
    run = new FakeRun(45_000, ms -> during(ms, 10, 16.5), ms -> 10, 0);
    assertEquals(false, judge(again).held());
    run = new FakeRun(45_000, ms -> during(ms, 10, 99), ms -> 10, 0);
    assertEquals(false, judge(again).held());
  }

  @Test
  void ready_needsAllReplicasBack() {
    Expectation ready = new Expectation.Ready("cars", Duration.ofSeconds(8), "freeze");
    health =
        List.of(
            new Evidence.Health(0, 2, 2),
            new Evidence.Health(11, 2, 1),
            new Evidence.Health(17, 2, 2));
    assertEquals(true, judge(ready).held());
    health = health.subList(0, 2);
    assertEquals(false, judge(ready).held());
    health = List.of();
    assertEquals(false, judge(ready).held(), "no such service");
  }

  @Test
  void breaker_goesThroughItsStatesInOrder() {
    Expectation all =
        new Expectation.Breaker("ingress", "bookings", List.of("open", "half-open", "closed"));
    assertEquals("it stayed closed", judge(all).seen());
    breakers.add(new BreakerChange(3, "ingress", "cars", "open"));
    breakers.add(new BreakerChange(10, "ingress", "bookings", "open"));
    assertEquals(false, judge(all).held());
    breakers.add(new BreakerChange(15, "ingress", "bookings", "half-open"));
    assertEquals(false, judge(all).held());
    breakers.add(new BreakerChange(16, "ingress", "bookings", "closed"));
    assertEquals(true, judge(all).held());
    assertEquals(
        "there is no such edge",
        judge(new Expectation.Breaker("cars", "ingress", List.of("open"))).seen());
  }

  @Test
  void breaker_fromOpenToClosedHasBeenHalfOpen() {
    breakers.add(new BreakerChange(10, "ingress", "bookings", "open"));
    breakers.add(new BreakerChange(16, "ingress", "bookings", "closed"));
    assertEquals(
        true,
        judge(
                new Expectation.Breaker(
                    "ingress", "bookings", List.of("open", "half-open", "closed")))
            .held());
  }

  @Test
  void budget_mustHaveBeenSpentDuringTheGameDay() {
    assertEquals(true, judge(new Expectation.Budget("bookings", 0.25)).held());
    assertEquals(false, judge(new Expectation.Budget("bookings", 0.26)).held());
    assertEquals(false, judge(new Expectation.Budget("cars", 0)).held());
  }
}
