package io.mamparo.gameday.run;

/** Seconds from time 0 of the game day, which lies a warm-up after the load began. Immutable. */
record Stopwatch(long zeroNanos) {
  double seconds() {
    return (System.nanoTime() - zeroNanos) / 1e9;
  }

  double seconds(long nanos) {
    return (nanos - zeroNanos) / 1e9;
  }
}
