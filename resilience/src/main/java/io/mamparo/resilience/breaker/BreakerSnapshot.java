package io.mamparo.resilience.breaker;

/**
 * A breaker for display, as of one moment.
 *
 * @param name the breaker's name
 * @param state its state
 * @param sinceNanos the monotonic time at which it entered the state
 * @param generation how many states it has had
 * @param calls results in the window; in half-open, of the probes; in open, as of its opening
 * @param failures failed ones among them
 * @param slow slow ones among them
 * @param failureRate {@code failures / calls}, 0 without calls
 * @param slowRate {@code slow / calls}, 0 without calls
 * @param rejected calls refused since the breaker was made
 * @param late results that came after the state they belonged to had ended, and were not counted
 * @param probesOut half-open: probes let through so far; otherwise 0
 */
public record BreakerSnapshot(
    String name,
    BreakerState state,
    long sinceNanos,
    long generation,
    long calls,
    long failures,
    long slow,
    double failureRate,
    double slowRate,
    long rejected,
    long late,
    int probesOut) {}
