package io.mamparo.mesh.defend;

/**
 * How long an endpoint takes, quick to learn of bad news and slow to forget it: Finagle's and
 * Linkerd's peak-sensitive moving average. Owned by one loop.
 *
 * <pre>
 *   d = e · exp(−Δt/τ)            sample r:  r > d ⇒ e = r,  else e = d + r · (1 − exp(−Δt/τ))
 *   cost = d · (pending + 1)       τ = 10 s, at the beginning e = 30 ms
 * </pre>
 *
 * <p>A failure counts as a sample of 5 s, or as long as its Retry-After says: otherwise an endpoint
 * that fails at once would look like the fastest of all.
 */
final class PeakEwma {
  private static final double TAU_NANOS = 10e9;
  private static final double FIRST_NANOS = 30e6;
  private static final double PENALTY_NANOS = 5e9;
  private static final double LONGEST_PENALTY_NANOS = 300e9;

  private double estimate = FIRST_NANOS;
  private long at;

  PeakEwma(long now) {
    at = now;
  }

  /** A try has taken so long. */
  void success(long tookNanos, long now) {
    sample((double) Math.max(0, tookNanos), now);
  }

  /** A try would have taken longer than this: that is news only if it is more than expected. */
  void atLeast(long nanos, long now) {
    if (nanos > estimate * keep(now)) {
      sample((double) nanos, now);
    }
  }

  /** A try has failed; {@code retryAfter} in nanoseconds, 0 for none. */
  void failure(long retryAfter, long now) {
    double asked = Math.min((double) retryAfter, LONGEST_PENALTY_NANOS);
    sample(asked > 0 ? asked : PENALTY_NANOS, now);
  }

  private void sample(double r, long now) {
    double keep = keep(now);
    double d = estimate * keep;
    estimate = r > d ? r : d + r * (1 - keep);
    at = now;
  }

  /** What another request would cost, with so many under way. */
  double cost(long pending, long now) {
    return estimate * keep(now) * (pending + 1);
  }

  private double keep(long now) {
    return Math.exp(-Math.max(0, now - at) / TAU_NANOS);
  }
}
