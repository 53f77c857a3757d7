package io.mamparo.resilience.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private final VirtualClock clock = new VirtualClock();

  private RetryBudget budget(RetryBudgetConfig config) {
    return new RetryBudget(config, 2, clock.nanos());
  }

  private static RetryBudgetConfig withoutReserve() {
    return new RetryBudgetConfig(0.2, Duration.ofSeconds(10), 0, 0.2, 3);
  }

  private int retries(RetryBudget budget, int wanted) {
    int granted = 0;
    for (int i = 0; i < wanted; i++) {
      if (budget.tryRetry(i & 1, clock.nanos()) == RetryDecision.GRANTED) {
        granted++;
        budget.onRetryDone(i & 1);
      }
    }
    return granted;
  }

  private void requests(RetryBudget budget, int count) {
    for (int i = 0; i < count; i++) {
      budget.onRequest(i & 1, clock.nanos());
      budget.onRequestDone(i & 1);
    }
  }

  @Test
  void defaults_areTheDocumentedOnes() {
    assertEquals(
        new RetryBudgetConfig(0.2, Duration.ofSeconds(10), 10, 0.2, 3),
        RetryBudgetConfig.defaults());
  }

  @Test
  void reserve_allowsTenASecondHoweverFewRequestsThereAre() {
    assertEquals(100, retries(budget(RetryBudgetConfig.defaults()), 1000));
  }

  @Test
  void aFifthOfTheRequestsMayBeRetried() {
    RetryBudget budget = budget(withoutReserve());
    requests(budget, 1000);
    assertEquals(200, retries(budget, 1000));
    assertEquals(800, budget.refused());
    assertEquals(RetryDecision.BUDGET_SPENT, budget.tryRetry(0, clock.nanos()));
  }

  @Test
  void requestsDepositOneTokenAndRetriesWithdrawFive() {
    RetryBudget budget = budget(withoutReserve());
    requests(budget, 4);
    assertEquals(RetryDecision.BUDGET_SPENT, budget.tryRetry(0, clock.nanos()));
    requests(budget, 1);
    assertEquals(RetryDecision.GRANTED, budget.tryRetry(0, clock.nanos()));
    budget.onRetryDone(0);
    assertEquals(RetryDecision.BUDGET_SPENT, budget.tryRetry(0, clock.nanos()));
  }

  @Test
  void depositsAndWithdrawalsExpire() {
    RetryBudget budget = budget(withoutReserve());
    requests(budget, 100);
    clock.advance(Duration.ofSeconds(5));
    assertEquals(20, retries(budget, 100));
    clock.advance(Duration.ofSeconds(5));
    assertEquals(0, retries(budget, 100), "the requests are gone, their retries are not");
    clock.advance(Duration.ofSeconds(5));
    requests(budget, 10);
    assertEquals(2, retries(budget, 100));
  }

  @Test
  void atMostThreeRetriesAreUnderWayWithoutMuchTraffic() {
    RetryBudget budget = budget(RetryBudgetConfig.defaults());
    for (int i = 0; i < 3; i++) {
      assertEquals(RetryDecision.GRANTED, budget.tryRetry(i & 1, clock.nanos()));
    }
    assertEquals(RetryDecision.TOO_MANY_ACTIVE, budget.tryRetry(0, clock.nanos()));
    budget.onRetryDone(0);
    assertEquals(RetryDecision.GRANTED, budget.tryRetry(0, clock.nanos()));
  }

  @Test
  void moreRetriesMayBeUnderWayWhenManyRequestsAre() {
    RetryBudget budget = budget(RetryBudgetConfig.defaults());
    for (int i = 0; i < 96; i++) {
      budget.onRequest(i & 1, clock.nanos());
    }
    int granted = 0;
    while (budget.tryRetry(0, clock.nanos()) == RetryDecision.GRANTED) {
      granted++;
    }
    // r < 0.2 * (96 + r) holds up to r = 23, which lets the 24th go.
    assertEquals(24, granted);
    assertEquals(24, budget.activeRetries());
  }

  @Test
  void inAnOutageRetriesStayWithinTheirShareSecondBySecond() {
    RetryBudget budget = budget(RetryBudgetConfig.defaults());
    int requests = 0;
    int retries = 0;
    for (int ms = 0; ms < 3_600_000; ms += 10) {
      requests(budget, 10);
      requests += 10;
      retries += retries(budget, 10);
      clock.advance(Duration.ofMillis(10));
    }
    assertTrue(retries > requests * 0.2);
    assertTrue(retries < requests * 0.2 + 10 * 3600 + 100 + 2000, retries + " of " + requests);
  }

  @Test
  void available_isWhatTheWindowStillAllows() {
    RetryBudget budget = budget(withoutReserve());
    requests(budget, 50);
    retries(budget, 4);
    assertEquals(6, budget.available(clock.nanos()), 1e-9);
  }

  @Test
  void hedges_areChargedAsRetriesAre_andCountedAsNone() {
    RetryBudget budget = budget(withoutReserve());
    requests(budget, 10);
    assertEquals(RetryDecision.GRANTED, budget.tryHedge(0, clock.nanos()));
    assertEquals(1, budget.activeRetries());
    budget.onRetryDone(0);
    assertEquals(1, retries(budget, 5));
    assertEquals(RetryDecision.BUDGET_SPENT, budget.tryHedge(0, clock.nanos()));
    assertEquals(1, budget.granted());
    assertEquals(4, budget.refused());
  }
}
