/** Breaker, bulkhead, budgets: no threads, no I/O, time passed in, nothing allocated per call. */
@NullMarked
package io.mamparo.resilience;

import org.jspecify.annotations.NullMarked;
