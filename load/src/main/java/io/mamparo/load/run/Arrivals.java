package io.mamparo.load.run;

import io.mamparo.load.Pace;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * When each request should start and which one it is: a pure sequence, the same for the same seed.
 * Used by the dispatching thread only.
 */
final class Arrivals {
  private final Pace pace;
  private final RandomGenerator random;
  private final int[] upTo;
  private final long durationNanos;
  private long seq = -1;
  private double poisson;

  Arrivals(Pace pace, List<Integer> weights) {
    this.pace = pace;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(pace.seed());
    this.upTo = new int[weights.size()];
    int sum = 0;
    for (int i = 0; i < weights.size(); i++) {
      sum = Math.addExact(sum, weights.get(i));
      upTo[i] = sum;
    }
    this.durationNanos = pace.duration().toNanos();
  }

  /** Moves to the next request; its start in nanoseconds from the run's, or -1 when it is over. */
  long next() {
    seq++;
    long at =
        switch (pace.arrival()) {
          case CONSTANT -> Math.round(seq * (1e9 / pace.perSecond()));
          case POISSON -> {
            poisson += -Math.log(1 - random.nextDouble()) * (1e9 / pace.perSecond());
            yield Math.round(poisson);
          }
        };
    return at < durationNanos ? at : -1;
  }

  long seq() {
    return seq;
  }

  long draw() {
    return random.nextLong();
  }

  int kind() {
    if (upTo.length == 1) {
      return 0;
    }
    int point = random.nextInt(upTo[upTo.length - 1]);
    int kind = 0;
    while (point >= upTo[kind]) {
      kind++;
    }
    return kind;
  }
}
