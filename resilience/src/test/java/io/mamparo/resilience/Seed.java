package io.mamparo.resilience;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Randomness of a simulation: {@code -Dmamparo.seed=N} replays a run, otherwise every run takes a
 * seed of its own and says which.
 */
public final class Seed {
  private Seed() {}

  /** The seed of this run, printed. */
  public static long of(String what) {
    Long given = Long.getLong("mamparo.seed");
    long seed = given == null ? System.nanoTime() : given;
    System.out.println(what + ": replay with -Dmamparo.seed=" + seed);
    return seed;
  }

  /** A generator that gives the same numbers for the same seed on every machine. */
  public static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }
}
