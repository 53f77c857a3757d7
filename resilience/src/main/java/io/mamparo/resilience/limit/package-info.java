/** Bounds on what is in flight: fixed (bulkhead) and adaptive. */
@NullMarked
package io.mamparo.resilience.limit;

import org.jspecify.annotations.NullMarked;
