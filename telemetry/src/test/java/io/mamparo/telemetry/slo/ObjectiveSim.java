package io.mamparo.telemetry.slo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.store.Batch;
import io.mamparo.store.Durability;
import io.mamparo.store.Store;
import io.mamparo.store.StoreOptions;
import io.mamparo.telemetry.SloSpec;
import io.mamparo.telemetry.SloStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Months of minutes in a moment. The seed of a failure is in its message; set it to replay. */
class ObjectiveSim {
  private static final long SEED = Long.getLong("seed", 20260101L);
  private static final int START = 29_454_000; // minutes since the epoch
  private static final int DAY = 24 * 60;

  @TempDir Path dir;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(dir, StoreOptions.DEFAULT);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** What happened, minute by minute; index 0 is START. */
  private static final class Oracle {
    final long[] good;
    final long[] total;

    Oracle(int minutes) {
      good = new long[minutes];
      total = new long[minutes];
    }

    /** Whole minutes before {@code at}, and {@code at} itself. */
    long sum(long[] of, int at, int window) {
      long sum = 0;
      for (int m = Math.max(0, at - window); m <= at; m++) {
        sum += of[m];
      }
      return sum;
    }
  }

  private void advance(Objective objective, int minute) {
    Batch batch = new Batch();
    objective.advance(batch, START + minute);
    store.write(batch, Durability.PROCESS);
  }

  private void write(Objective objective) {
    Batch batch = new Batch();
    objective.write(batch);
    store.write(batch, Durability.PROCESS);
  }

  @Test
  void seventyDaysOfSeededTraffic_agreeWithANaiveCount() {
    Random random = new Random(SEED);
    SloSpec spec = SloSpec.availability("cars", 0.999);
    int minutes = 70 * DAY;
    Oracle oracle = new Oracle(minutes);
    Objective objective = new Objective(spec, store.table("slo"), START);
    int outageLeft = 0;
    for (int m = 0; m < minutes; m++) {
      advance(objective, m);
      if (random.nextInt(8_000) == 0) {
        outageLeft = random.nextInt(300);
      }
      boolean quiet = m / 120 % 12 == 3;
      double failing = outageLeft-- > 0 ? 0.3 : 0.0004;
      for (int burst = random.nextInt(3); burst >= 0; burst--) {
        int total = quiet ? 0 : random.nextInt(400);
        int bad = 0;
        for (int i = 0; i < total; i++) {
          bad += random.nextDouble() < failing ? 1 : 0;
        }
        oracle.good[m] += total - bad;
        oracle.total[m] += total;
        objective.add(total - bad, total);
      }
      if (m % 997 == 0) {
        check(oracle, objective, m);
      }
      if (m % 9_973 == 0) {
        write(objective); // as the roll-up does every few seconds
        store.close();
        store = Store.open(dir, StoreOptions.DEFAULT);
        objective = new Objective(spec, store.table("slo"), START + m);
        check(oracle, objective, m);
      }
    }
    check(oracle, objective, minutes - 1);
    assertTrue(
        store.table("slo").range(new byte[0], null, Integer.MAX_VALUE).size() < 62 * DAY,
        "what no window needs is removed");
  }

  private void check(Oracle oracle, Objective objective, int m) {
    SloStatus status = objective.status();
    String when = "minute " + m + ", seed " + SEED;
    long good = oracle.sum(oracle.good, m, 30 * DAY);
    long total = oracle.sum(oracle.total, m, 30 * DAY);
    assertEquals(good, status.good(), when);
    assertEquals(total, status.total(), when);
    assertEquals(total * (1 - 0.999), status.budget().total(), 1e-9, when);
    assertEquals(total - good, status.budget().spent(), when);
    if (total > 0) {
      double remaining = 1 - (total - good) / (total * (1 - 0.999));
      assertEquals(remaining, status.budget().remaining(), 1e-9, when);
    }
    for (SloStatus.Burn burn : status.burn()) {
      int window = (int) (burn.longSeconds() / 60);
      Double expected = rate(oracle, m, window);
      assertEquals(expected, burn.longBurn(), when + ", window " + window);
      int shortWindow = (int) (burn.shortSeconds() / 60);
      while (oracle.sum(oracle.total, m, shortWindow) < Objective.MIN_EVENTS
          && shortWindow < window) {
        shortWindow = Math.min(2 * shortWindow, window);
      }
      Double expectedShort = rate(oracle, m, shortWindow);
      assertEquals(expectedShort, burn.shortBurn(), when + ", window " + shortWindow);
      boolean firing =
          expected != null
              && expectedShort != null
              && expected >= burn.factor()
              && expectedShort >= burn.factor()
              && oracle.sum(oracle.total, m, window) - oracle.sum(oracle.good, m, window) >= 3;
      assertEquals(firing, burn.firing(), when + ", window " + window);
    }
  }

  private static @org.jspecify.annotations.Nullable Double rate(Oracle oracle, int m, int window) {
    long total = oracle.sum(oracle.total, m, window);
    long bad = total - oracle.sum(oracle.good, m, window);
    return total == 0 ? null : (double) bad / total / (1 - 0.999);
  }

  @Test
  void theFactors_areThoseOfTheWorkbookAndScaleWithTheWindow() {
    Objective month = new Objective(SloSpec.availability("a", 0.999), store.table("slo"), START);
    assertEquals(
        "[14.4, 6.0, 3.0, 1.0]",
        month.status().burn().stream().map(b -> Math.round(b.factor() * 1e9) / 1e9).toList() + "");
    SloSpec week = new SloSpec("b", io.mamparo.telemetry.SloKind.AVAILABILITY, 0.999, 7, null);
    List<SloStatus.Burn> burns = new Objective(week, store.table("slo"), START).status().burn();
    assertEquals(3.36, burns.getFirst().factor(), 1e-9);
    Objective loose = new Objective(SloSpec.availability("c", 0.9), store.table("slo"), START);
    assertEquals(9, loose.status().burn().getFirst().factor(), 1e-9);
    SloSpec day = new SloSpec("d", io.mamparo.telemetry.SloKind.AVAILABILITY, 0.99, 1, null);
    assertEquals(2, new Objective(day, store.table("slo"), START).status().burn().size());
  }

  @Test
  void noData_isAnUntouchedBudgetAndNoAlert() {
    Objective objective =
        new Objective(SloSpec.availability("a", 0.999), store.table("slo"), START);
    SloStatus status = objective.status();
    assertEquals(1, status.budget().remaining());
    assertFalse(status.firing());
    assertNull(status.burn().getFirst().longBurn());
    assertEquals(120, objective.history().t().size());
  }

  @Test
  void anOutageOfALooseObjective_pages() {
    Objective objective = new Objective(SloSpec.availability("a", 0.9), store.table("slo"), START);
    for (int m = 0; m < 70; m++) {
      advance(objective, m);
      objective.add(0, 100);
    }
    assertTrue(objective.status().burn().getFirst().firing());
  }

  @Test
  void aRequestEveryTenMinutesThatFails_pages_andOneErrorInTheNight_doesNot() {
    Objective rare = new Objective(SloSpec.availability("a", 0.999), store.table("slo"), START);
    for (int m = 0; m < 10 * 60; m++) {
      advance(rare, m);
      rare.add(0, m % 10 == 0 ? 1 : 0);
    }
    assertTrue(rare.status().burn().stream().anyMatch(b -> b.firing()));
    Objective night = new Objective(SloSpec.availability("b", 0.999), store.table("slo"), START);
    for (int m = 0; m < 10 * 60; m++) {
      advance(night, m);
      night.add(m == 300 ? 0 : m % 20 == 0 ? 1 : 0, m % 20 == 0 ? 1 : 0);
    }
    assertFalse(night.status().firing(), night.status().toString());
  }

  @Test
  void anAlert_endsSoonAfterTheTrouble() {
    Objective objective =
        new Objective(SloSpec.availability("a", 0.999), store.table("slo"), START);
    int firedAt = -1;
    int endedAt = -1;
    for (int m = 0; m < 180; m++) {
      advance(objective, m);
      boolean trouble = m >= 60 && m < 80;
      objective.add(trouble ? 500 : 1000, 1000);
      boolean pages = objective.status().burn().getFirst().firing();
      if (pages && firedAt < 0) {
        firedAt = m;
      }
      if (!pages && firedAt >= 0 && endedAt < 0) {
        endedAt = m;
      }
    }
    assertEquals(61, firedAt, "14.4 times the budget of an hour is gone in two minutes");
    assertTrue(endedAt > 80 && endedAt <= 86, "ended at " + endedAt);
    SloStatus.History history = objective.history();
    assertNotNull(history.burn1h().getLast());
  }
}
