package io.mamparo.load;

import org.jspecify.annotations.Nullable;

/**
 * A load under way.
 *
 * @param seconds since its start
 * @param last the last complete second, null in the first
 */
public record LoadSnapshot(
    String name,
    double seconds,
    boolean sending,
    long sent,
    long ok,
    long failed,
    int inFlight,
    double p50,
    double p99,
    @Nullable Second last) {}
