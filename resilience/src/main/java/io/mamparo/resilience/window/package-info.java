/** Counters that several event loops write and anybody may read, without locks. */
@NullMarked
package io.mamparo.resilience.window;

import org.jspecify.annotations.NullMarked;
