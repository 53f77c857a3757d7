/** Finished spans: rings of the event loops, the decision at a trace's end, the traces kept. */
@NullMarked
package io.mamparo.telemetry.spans;

import org.jspecify.annotations.NullMarked;
