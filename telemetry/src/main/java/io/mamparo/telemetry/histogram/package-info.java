/** Latency distributions: exponential buckets, recorded by one thread, merged without loss. */
@NullMarked
package io.mamparo.telemetry.histogram;

import org.jspecify.annotations.NullMarked;
