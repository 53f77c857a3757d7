package io.mamparo.console;

import java.util.Objects;

/** Figures that move but repeat: every value follows from a seed, a name and a second. */
record Waves(long seed) {

  /** A value around {@code base} that swings slowly and trembles a little. */
  double around(String name, double base, long second) {
    double phase = unit(name, 0) * Math.TAU;
    double swing = 0.18 * Math.sin(second / 47.0 + phase) + 0.09 * Math.sin(second / 7.0 + phase);
    return Math.max(0, base * (1 + swing + 0.08 * (unit(name, second) - 0.5)));
  }

  /** Evenly spread over [0, 1). */
  double unit(String name, long second) {
    long h = seed * 0x9E3779B97F4A7C15L + Objects.hash(name, second);
    h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
    h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
    return ((h ^ (h >>> 31)) >>> 11) * 0x1.0p-53;
  }

  static double round(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }
}
