package io.mamparo.telemetry;

import java.util.Locale;

/** Why a trace was kept. */
public enum KeptBecause {
  /** A span of it failed. */
  ERROR(0),
  /** The caller had marked it as sampled. */
  SAMPLED(1),
  /** Its entry took longer than usual. */
  SLOW(2),
  /** One of so many a second. */
  RESERVOIR(3),
  /** One of a hundred. */
  RATE(4);

  private static final KeptBecause[] ALL = values();

  /** How many reasons there are. */
  public static final int COUNT = ALL.length;

  private final int code;

  KeptBecause(int code) {
    this.code = code;
  }

  /** Its number in the store. */
  public int code() {
    return code;
  }

  /** The reason of a number. */
  public static KeptBecause of(int code) {
    return ALL[code];
  }

  /** Its name in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
