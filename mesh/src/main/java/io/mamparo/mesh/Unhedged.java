package io.mamparo.mesh;

/**
 * Why a request that was slow enough was not hedged. The text goes into metrics; it never changes
 * once published.
 */
public enum Unhedged {
  /** Its body is longer than what is kept for another try. */
  BODY("body"),
  /** Its time is over. */
  DEADLINE("deadline"),
  /** The edge's breaker is not closed. */
  BREAKER("breaker"),
  /** The service has as many requests in flight as it may have. */
  BULKHEAD("bulkhead"),
  /** There is no other endpoint that is healthy and not ejected. */
  NO_ENDPOINT("no-endpoint"),
  /** The budget of hedges is spent. */
  BUDGET("budget"),
  /** The budget of retries, to which hedges are charged too, is spent. */
  RETRY_BUDGET("retry-budget");

  private final String text;

  Unhedged(String text) {
    this.text = text;
  }

  /** In kebab case. */
  public String text() {
    return text;
  }
}
