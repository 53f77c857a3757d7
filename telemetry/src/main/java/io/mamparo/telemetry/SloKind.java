package io.mamparo.telemetry;

import java.util.Locale;

/** What a service promises. */
public enum SloKind {
  /**
   * Requests that do not fail. Good is everything that is neither a 5xx, nor refused, nor timed
   * out; a client's own error is good; what the client abandoned does not count.
   */
  AVAILABILITY,

  /**
   * Requests that are answered in time. Only what did not fail counts (failures are a matter of
   * availability), and what the client abandoned only if it was too slow already.
   */
  LATENCY;

  /** Its name in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
