/** Service levels: counted exactly, kept as prefix sums, judged by burn rates. */
@NullMarked
package io.mamparo.telemetry.slo;

import org.jspecify.annotations.NullMarked;
