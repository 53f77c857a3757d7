/** Counters of the event loops, their roll-up each second, and their Prometheus form. */
@NullMarked
package io.mamparo.telemetry.metrics;

import org.jspecify.annotations.NullMarked;
