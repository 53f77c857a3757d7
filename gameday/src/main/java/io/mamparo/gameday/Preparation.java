package io.mamparo.gameday;

import io.mamparo.load.HttpRequest;

/** A request that is sent before the load begins, to have something to ask for. */
public record Preparation(HttpRequest request, int times) {}
