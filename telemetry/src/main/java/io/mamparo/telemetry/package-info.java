/**
 * Traces, metrics and service levels. Knows no plane: the app turns the planes' events into calls
 * of recorders (on the event loops, without allocation or locks), and answers questions with the
 * records that {@link io.mamparo.telemetry.Telemetry} returns.
 */
@NullMarked
package io.mamparo.telemetry;

import org.jspecify.annotations.NullMarked;
