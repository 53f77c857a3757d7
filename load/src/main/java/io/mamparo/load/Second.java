package io.mamparo.load;

/**
 * The requests that should have started in one second of a run.
 *
 * @param t the second, from 0
 * @param sent how many there were
 * @param ok how many succeeded
 * @param failed how many failed; the rest is still under way
 * @param p50 median latency in milliseconds
 * @param p99 in milliseconds
 */
public record Second(long t, long sent, long ok, long failed, double p50, double p99) {}
