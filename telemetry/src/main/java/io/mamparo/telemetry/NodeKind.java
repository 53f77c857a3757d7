package io.mamparo.telemetry;

import java.util.Locale;

/** What a node of the service map is. */
public enum NodeKind {
  /** Where requests come in from outside. */
  ENTRY,
  /** The stack's own gentle visitor. */
  VISITOR,
  SERVICE,
  DATABASE,
  /** Something outside that is called or calls. */
  EXTERNAL;

  /** Its name in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
