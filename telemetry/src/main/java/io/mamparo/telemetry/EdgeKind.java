package io.mamparo.telemetry;

import java.util.Locale;

/** What flows along an edge of the service map. */
public enum EdgeKind {
  HTTP,
  SQL;

  /** Its name in labels and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
