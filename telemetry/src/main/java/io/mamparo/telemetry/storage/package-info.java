/** What telemetry keeps in the store: partitions bounded by age and size, points and traces. */
@NullMarked
package io.mamparo.telemetry.storage;

import org.jspecify.annotations.NullMarked;
