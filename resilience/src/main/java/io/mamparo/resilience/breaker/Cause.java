package io.mamparo.resilience.breaker;

/** Why a breaker changed its state. */
public enum Cause {
  /** The share of failed calls reached its threshold. */
  FAILURES("failures"),
  /** The share of slow calls reached its threshold. */
  SLOW_CALLS("slow calls"),
  /** The open delay has passed: probes may go. */
  DELAY_PASSED("delay passed"),
  /** The probes' failed and slow shares stayed below the thresholds. */
  PROBES_PASSED("probes passed"),
  /** Probes went out and no answer came back within the probe timeout. */
  PROBES_LOST("probes lost"),
  /** Somebody opened it by hand or by another rule, such as an error budget. */
  TRIPPED("tripped"),
  /** Somebody closed it by hand. */
  RESET("reset");

  private final String text;

  Cause(String text) {
    this.text = text;
  }

  /** The cause in words, for a log line or a label. */
  public String text() {
    return text;
  }
}
