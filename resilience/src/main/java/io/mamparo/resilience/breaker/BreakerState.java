package io.mamparo.resilience.breaker;

/** What a breaker does with calls. */
public enum BreakerState {
  /** Lets every call through and watches the results. */
  CLOSED("closed"),
  /** Refuses every call until its delay has passed. */
  OPEN("open"),
  /** Lets a few probes through and judges by them. */
  HALF_OPEN("half-open");

  private final String text;

  BreakerState(String text) {
    this.text = text;
  }

  /** The name people and the control API use. */
  public String text() {
    return text;
  }
}
