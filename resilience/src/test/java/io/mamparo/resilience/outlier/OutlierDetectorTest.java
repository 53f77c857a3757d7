package io.mamparo.resilience.outlier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutlierDetectorTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<String> events = new ArrayList<>();
  private final OutlierListener listener =
      new OutlierListener() {
        @Override
        public void ejected(Host host, Reason reason, int count, long nanos, long now) {
          events.add(host.name() + " ejected: " + reason + " #" + count);
        }

        @Override
        public void returned(Host host, long now) {
          events.add(host.name() + " returned");
        }
      };

  private OutlierDetector detector(OutlierConfig config) {
    return new OutlierDetector(config, 2, 42, listener, clock.nanos());
  }

  private static OutlierConfig exact() {
    OutlierConfig d = OutlierConfig.defaults();
    return new OutlierConfig(
        d.consecutiveFailures(),
        d.interval(),
        d.minimumHosts(),
        d.minimumRequests(),
        d.deviations(),
        d.baseEjection(),
        d.longestEjection(),
        Duration.ZERO,
        d.mostEjected());
  }

  private void fail(Host host, int times) {
    for (int i = 0; i < times; i++) {
      host.onFailure(i & 1, clock.nanos());
    }
  }

  private boolean in(Host host) {
    return host.available(clock.nanos());
  }

  @Test
  void fiveFailuresInARow_ejectForThirtySeconds() {
    OutlierDetector detector = detector(exact());
    Host a = detector.add("a");
    detector.add("b");
    fail(a, 4);
    a.onSuccess(0);
    fail(a, 4);
    assertTrue(in(a));
    fail(a, 1);
    assertFalse(in(a));
    clock.advance(Duration.ofSeconds(30).minusNanos(1));
    assertFalse(in(a));
    clock.advance(Duration.ofNanos(1));
    assertTrue(in(a));
    assertEquals(List.of("a ejected: CONSECUTIVE_FAILURES #1", "a returned"), events);
    assertEquals(0, detector.ejected());
  }

  @Test
  void repeatedEjections_lastLongerUpToTheCap() {
    OutlierDetector detector = detector(exact());
    Host a = detector.add("a");
    detector.add("b");
    for (int count = 1; count <= 13; count++) {
      fail(a, 5);
      long seconds = Math.min(300, 30L * count);
      clock.advance(Duration.ofSeconds(seconds).minusNanos(1));
      assertFalse(in(a), "ejection " + count);
      clock.advance(Duration.ofNanos(1));
      assertTrue(in(a), "ejection " + count);
    }
  }

  @Test
  void quietIntervals_lowerTheCountAgain() {
    OutlierDetector detector = detector(exact());
    Host a = detector.add("a");
    detector.add("b");
    fail(a, 5);
    clock.advance(Duration.ofSeconds(30));
    assertTrue(in(a));
    fail(a, 5);
    clock.advance(Duration.ofSeconds(60));
    assertTrue(in(a));
    assertEquals(2, a.ejections());
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofSeconds(10));
      detector.sweep(clock.nanos());
    }
    assertEquals(0, a.ejections());
  }

  @Test
  void aLoneHost_isNeverEjected() {
    Host a = detector(exact()).add("a");
    fail(a, 100);
    assertTrue(in(a));
  }

  @Test
  void ofTwoHostsOne_ofTwentyTwo() {
    OutlierDetector two = detector(exact());
    Host a = two.add("a");
    Host b = two.add("b");
    fail(a, 5);
    fail(b, 50);
    assertFalse(in(a));
    assertTrue(in(b));
    OutlierDetector twenty = detector(exact());
    List<Host> hosts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      hosts.add(twenty.add("h" + i));
    }
    hosts.forEach(host -> fail(host, 5));
    assertEquals(2, twenty.ejected());
  }

  @Test
  void successRate_ejectsTheOutlierAmongFive() {
    OutlierDetector detector = detector(exact().withMostEjected(0.5));
    List<Host> hosts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      hosts.add(detector.add("h" + i));
    }
    for (int n = 0; n < 200; n++) {
      for (Host host : hosts) {
        boolean fails = host == hosts.get(3) ? n % 2 == 0 : n % 50 == 0;
        if (fails) {
          host.onFailure(0, clock.nanos());
        } else {
          host.onSuccess(0);
        }
      }
    }
    detector.sweep(clock.nanos());
    assertEquals(List.of(), events, "the interval is not over");
    clock.advance(Duration.ofSeconds(10));
    detector.sweep(clock.nanos());
    assertEquals(List.of("h3 ejected: SUCCESS_RATE #1"), events);
  }

  @Test
  void threshold_needsEnoughHostsAndIsTheFormula() {
    assertEquals(
        Double.NEGATIVE_INFINITY,
        OutlierDetector.threshold(new double[] {100, 100, 100, 0, -1}, 5, 1.9));
    // mean 80, sigma 40
    assertEquals(
        80 - 1.9 * 40,
        OutlierDetector.threshold(new double[] {100, 100, 100, 100, 0}, 5, 1.9),
        1e-9);
  }

  @Test
  void remove_freesThePlaceOfAnEjectedHost() {
    OutlierDetector detector = detector(exact());
    Host a = detector.add("a");
    Host b = detector.add("b");
    detector.add("c");
    fail(a, 5);
    fail(b, 5);
    assertTrue(in(b));
    detector.remove(a);
    assertEquals(0, detector.ejected());
    fail(b, 5);
    assertFalse(in(b));
    assertEquals(List.of("b", "c"), detector.hosts().stream().map(Host::name).toList());
  }

  @Test
  void jitter_isBoundedSpreadAndReplayable() {
    long bound = Duration.ofSeconds(3).toNanos();
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 1000; i++) {
      long jitter = Jitter.below(bound, 7, i);
      assertEquals(jitter, Jitter.below(bound, 7, i));
      assertTrue(jitter >= 0 && jitter <= bound);
      least = Math.min(least, jitter);
      most = Math.max(most, jitter);
    }
    assertTrue(least < bound / 50 && most > bound - bound / 50);
    assertFalse(Jitter.below(bound, 7, 1) == Jitter.below(bound, 8, 1));
  }

  @Test
  void panic_usesAllHostsBelowTheThreshold() {
    assertTrue(Panic.useAll(0, 1, 0.5));
    assertFalse(Panic.useAll(1, 2, 0.5));
    assertTrue(Panic.useAll(4, 10, 0.5));
    assertFalse(Panic.useAll(0, 10, 0));
    assertFalse(Panic.useAll(0, 0, 0.5));
  }
}
