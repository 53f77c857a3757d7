package io.mamparo.gameday.run;

/** A breaker seen in another state than before; {@code seconds} from time 0. */
public record BreakerChange(double seconds, String from, String to, String state) {}
