package io.mamparo.load.run;

import io.mamparo.load.Pace;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Everything the engine needs to know of a load.
 *
 * @param kinds names of the kinds of requests
 * @param weights of the kinds
 * @param lane makes a lane
 */
public record Plan(
    String name,
    String protocol,
    Pace pace,
    Duration timeout,
    int maxLanes,
    List<String> kinds,
    List<Integer> weights,
    Supplier<Lane> lane,
    Connections connections) {}
