package io.mamparo.resilience.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.resilience.Seed;
import io.mamparo.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Hours of a service that comes and goes, seen by a breaker on several stripes, with answers that
 * arrive out of order and long after their state has ended. A naive model that remembers every
 * result checks the invariants at each event.
 */
class BreakerSim {
  private static final int HOURS = 3;
  private static final int STRIPES = 3;

  @Test
  void hoursOfOutages_keepTheInvariants() {
    long seed = Seed.of("BreakerSim");
    for (int run = 0; run < 2; run++) {
      new World(seed + run).live(Duration.ofHours(HOURS).toNanos());
    }
  }

  private record Answer(
      long at, int stripe, long permit, boolean failed, boolean ignored, long took) {}

  private record Counted(long slice, boolean failed, boolean slow) {}

  private static final class World {
    private final long seed;
    private final RandomGenerator random;
    private final BreakerConfig config = BreakerConfig.defaults();
    private final VirtualClock clock = new VirtualClock();
    private final Transitions transitions = new Transitions();
    private final Breaker breaker = new Breaker("b", config, STRIPES, transitions, clock.nanos());
    private final PriorityQueue<Answer> underWay =
        new PriorityQueue<>(Comparator.comparingLong(Answer::at));
    private final Deque<Counted> window = new ArrayDeque<>();
    private long generation;
    private long asked;
    private long granted;
    private long late;
    private int probes;
    private int told;
    private double failing;
    private double crawling;
    private double ratePerSecond = 20;

    World(long seed) {
      this.seed = seed;
      this.random = Seed.random(seed);
    }

    void live(long nanos) {
      long nextWeather = 0;
      while (clock.nanos() < nanos) {
        if (clock.nanos() >= nextWeather) {
          changeWeather();
          nextWeather = clock.nanos() + random.nextLong(120_000_000_000L);
        }
        long gap = (long) (-Math.log(1 - random.nextDouble()) / ratePerSecond * 1e9) + 1;
        answerUntil(clock.nanos() + gap);
        call();
      }
      BreakerSnapshot end = breaker.snapshot(clock.nanos());
      assertEquals(asked, granted + end.rejected(), this::where);
      assertEquals(late, end.late(), this::where);
      assertTrue(transitions.told.size() > 20, "a dull life: " + where());
      assertTrue(late > 0, "nothing came late: " + where());
    }

    private void changeWeather() {
      failing = random.nextInt(3) == 0 ? random.nextDouble() : random.nextDouble() * 0.2;
      crawling = random.nextInt(5) == 0 ? 1 : 0.05;
      ratePerSecond = Math.exp(random.nextDouble() * 4);
    }

    private void call() {
      int stripe = random.nextInt(STRIPES);
      long now = clock.nanos();
      BreakerState before = breaker.state();
      long openFor = now - breaker.snapshot(now).sinceNanos();
      long permit = breaker.acquire(stripe, now);
      follow();
      asked++;
      switch (before) {
        case CLOSED -> assertTrue(permit >= 0, this::where);
        case OPEN -> assertEquals(openFor >= config.openFor().toNanos(), permit >= 0, this::where);
        case HALF_OPEN -> assertEquals(probes < config.probes(), permit >= 0, this::where);
      }
      if (permit >= 0) {
        granted++;
        probes++;
        underWay.add(answer(stripe, permit, now));
      }
    }

    private Answer answer(int stripe, long permit, long now) {
      long took =
          random.nextDouble() < crawling
              ? 1_000_000_001L + random.nextLong(15_000_000_000L)
              : random.nextLong(400_000_000L);
      return new Answer(
          now + took, stripe, permit, random.nextDouble() < failing, random.nextInt(50) == 0, took);
    }

    private void answerUntil(long end) {
      while (!underWay.isEmpty() && underWay.peek().at() <= end) {
        Answer answer = underWay.remove();
        moveTo(answer.at());
        give(answer);
      }
      moveTo(end);
      breaker.poll(clock.nanos());
      follow();
    }

    private void give(Answer answer) {
      long now = clock.nanos();
      boolean ours = answer.permit() == generation;
      if (!ours) {
        late++;
      } else if (answer.ignored()) {
        probes--;
      } else {
        window.add(
            new Counted(now / 1_000_000_000L, answer.failed(), answer.took() > 1_000_000_000L));
      }
      if (answer.ignored()) {
        breaker.onIgnored(answer.stripe(), answer.permit(), now);
      } else if (answer.failed()) {
        breaker.onFailure(answer.stripe(), answer.permit(), answer.took(), now);
      } else {
        breaker.onSuccess(answer.stripe(), answer.permit(), answer.took(), now);
      }
      judge(ours && !answer.ignored());
    }

    /** What the naive model says must have happened after a result. */
    private void judge(boolean counted) {
      boolean closed = transitions.told.isEmpty() ? true : before() == BreakerState.CLOSED;
      boolean changed = transitions.told.size() > told;
      if (!counted) {
        assertTrue(!changed, () -> "a result that does not count changed the state: " + where());
        return;
      }
      expire(closed);
      long calls = window.size();
      long failures = window.stream().filter(Counted::failed).count();
      long slow = window.stream().filter(Counted::slow).count();
      int needed = closed ? config.minimumCalls() : config.probes();
      boolean judged = calls >= needed;
      boolean bad = judged && (failures * 2 >= calls || slow == calls);
      assertEquals(
          closed ? bad : judged,
          changed,
          () -> calls + "/" + failures + "/" + slow + " " + where());
      if (changed) {
        Transitions.Told last = transitions.told.getLast();
        assertEquals(bad ? BreakerState.OPEN : BreakerState.CLOSED, last.to(), this::where);
        assertEquals(calls, last.calls(), this::where);
        assertEquals(failures, last.failures(), this::where);
        assertEquals(slow, last.slow(), this::where);
        follow();
      } else {
        BreakerSnapshot snapshot = breaker.snapshot(clock.nanos());
        assertEquals(calls, snapshot.calls(), this::where);
        assertEquals(failures, snapshot.failures(), this::where);
        assertEquals(slow, snapshot.slow(), this::where);
      }
    }

    /** The state in which the last result was given. */
    private BreakerState before() {
      return told == 0 ? BreakerState.CLOSED : transitions.told.get(told - 1).to();
    }

    private void expire(boolean closed) {
      long slice = clock.nanos() / 1_000_000_000L;
      while (closed && !window.isEmpty() && window.peek().slice() <= slice - 10) {
        window.remove();
      }
    }

    /** Takes note of transitions: they form a path, and each begins with nothing counted. */
    private void follow() {
      while (told < transitions.told.size()) {
        Transitions.Told next = transitions.told.get(told);
        assertEquals(before(), next.from(), this::where);
        assertEquals(generation + 1, next.generation(), this::where);
        generation++;
        told++;
        window.clear();
        probes = 0;
      }
    }

    private void moveTo(long nanos) {
      clock.advance(Duration.ofNanos(nanos - clock.nanos()));
    }

    private String where() {
      return "seed " + seed + " at " + clock.nanos() + ": " + breaker.snapshot(clock.nanos());
    }
  }
}
