package io.mamparo.telemetry.spans;

/** Chooses traces by their ids, so that the same ones are chosen everywhere. Stateless. */
public final class Chance {
  private Chance() {}

  /** Whether the scrambled id is below a share of {@link Long#MAX_VALUE}. */
  public static boolean chosen(long traceLow, long below) {
    long mixed = (traceLow ^ (traceLow >>> 33)) * 0xff51afd7ed558ccdL;
    mixed ^= mixed >>> 33;
    return (mixed & Long.MAX_VALUE) < below;
  }
}
