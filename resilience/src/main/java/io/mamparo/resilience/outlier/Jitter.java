package io.mamparo.resilience.outlier;

/** Random numbers without state: a hash of a seed and a counter (SplitMix64's finaliser). */
final class Jitter {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private Jitter() {}

  /** A number from 0 to {@code bound}, the same for the same seed and counter. */
  static long below(long bound, long seed, long counter) {
    long z = seed + (counter + 1) * GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return bound <= 0 ? 0 : Math.floorMod(z, bound + 1);
  }
}
