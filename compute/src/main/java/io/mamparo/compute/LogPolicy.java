package io.mamparo.compute;

/**
 * How much of a process's output is kept. Immutable.
 *
 * @param maxBytes size at which a log file is rotated
 * @param keep rotated files kept beside the current one
 */
public record LogPolicy(long maxBytes, int keep) {
  /** Three files of 10 MB: the current one and two rotated ones. */
  public static final LogPolicy DEFAULT = new LogPolicy(10_000_000, 2);

  public LogPolicy {
    Checks.that(maxBytes >= 1_024, "maxBytes must be at least 1024");
    Checks.that(keep >= 0 && keep <= 100, "keep must be between 0 and 100");
  }
}
