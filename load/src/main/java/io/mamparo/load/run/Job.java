package io.mamparo.load.run;

/**
 * A request to be sent.
 *
 * @param kind index of its template
 * @param seq its number in the run
 * @param draw a random number for its placeholders
 * @param intended when it should start, monotonic nanoseconds; its latency counts from here
 * @param deadline when it is given up
 */
public record Job(int kind, long seq, long draw, long intended, long deadline) {}
