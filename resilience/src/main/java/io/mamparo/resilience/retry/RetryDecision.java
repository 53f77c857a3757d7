package io.mamparo.resilience.retry;

/** Whether a request may be tried once more. */
public enum RetryDecision {
  /** Yes; say so when the retry has ended. */
  GRANTED,
  /** No: retries have used up their share of the last seconds' requests. */
  BUDGET_SPENT,
  /** No: too many retries are under way at this moment. */
  TOO_MANY_ACTIVE
}
