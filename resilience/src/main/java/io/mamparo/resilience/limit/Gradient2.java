package io.mamparo.resilience.limit;

/**
 * Gradient2 of Netflix's concurrency-limits: compares the present latency with its own long-term
 * mean; while the present is at most {@code tolerance} times the mean, the limit grows by a small
 * allowance for queueing; beyond that it shrinks in proportion.
 *
 * <pre>
 *     g = clamp(1/2, 1, tolerance · long / present)
 *     L = (1 − s) · L + s · (g · L + queue)          clamped to min … max
 * </pre>
 *
 * <p>The limit stands still while less than half of it is in use: an idle system says nothing about
 * its capacity. The long-term mean decays faster when it is more than twice the present latency, so
 * that recovery from an overload is not judged by the overload. A window with drops in it shrinks
 * the limit by a tenth, which the original leaves to other algorithms. One thread at a time.
 */
public final class Gradient2 implements Limit {
  private static final int WARM_UP = 10;
  private static final double DROP_BACKOFF = 0.9;

  private final Config config;
  private double limit;
  private double longTerm;
  private double warmUpSum;
  private int samples;

  /**
   * The algorithm's numbers.
   *
   * @param initial the first limit; default 20
   * @param min never below; default 20
   * @param max never above; default 200
   * @param tolerance how much slower than the long-term mean is still fine; default 1.5
   * @param smoothing the weight of the newest estimate; default 0.2
   * @param queue how much may queue at the callee; default 4
   * @param longWindow over how many measurements the long-term mean reaches; default 600
   */
  public record Config(
      int initial,
      int min,
      int max,
      double tolerance,
      double smoothing,
      int queue,
      int longWindow) {
    public Config {
      if (min < 1 || max < min || initial < min || initial > max) {
        throw new IllegalArgumentException("1 <= min <= initial <= max does not hold");
      }
      if (tolerance < 1 || smoothing <= 0 || smoothing > 1 || queue < 0 || longWindow < 1) {
        throw new IllegalArgumentException(
            "tolerance >= 1, 0 < smoothing <= 1, queue >= 0, longWindow >= 1 does not hold");
      }
    }

    /** The documented defaults. */
    public static Config defaults() {
      return new Config(20, 20, 200, 1.5, 0.2, 4, 600);
    }
  }

  public Gradient2(Config config) {
    this.config = config;
    this.limit = config.initial();
  }

  @Override
  public int current() {
    return (int) limit;
  }

  @Override
  public int update(long latencyNanos, int inFlight, boolean dropped) {
    double gradient = latencyNanos == NO_LATENCY ? 1 : gradient((double) latencyNanos);
    if (dropped) {
      limit = clamp(limit * DROP_BACKOFF);
    } else if (inFlight >= limit / 2) {
      double target = limit * gradient + config.queue();
      limit = clamp(limit * (1 - config.smoothing()) + target * config.smoothing());
    }
    return current();
  }

  private double gradient(double present) {
    double mean = longTermWith(present);
    if (mean > 2 * present) {
      longTerm = mean * 0.95;
    }
    return Math.max(0.5, Math.min(1, config.tolerance() * mean / present));
  }

  /** The plain mean of the first measurements, then an exponential one. */
  private double longTermWith(double present) {
    if (samples < WARM_UP) {
      samples++;
      warmUpSum += present;
      longTerm = warmUpSum / samples;
    } else {
      double weight = 2.0 / (config.longWindow() + 1);
      longTerm = longTerm * (1 - weight) + present * weight;
    }
    return longTerm;
  }

  private double clamp(double value) {
    return Math.max(config.min(), Math.min(config.max(), value));
  }
}
