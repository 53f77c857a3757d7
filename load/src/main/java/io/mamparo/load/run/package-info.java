/** Dispatching at a rate, bounded lanes, and counting. */
@NullMarked
package io.mamparo.load.run;

import org.jspecify.annotations.NullMarked;
