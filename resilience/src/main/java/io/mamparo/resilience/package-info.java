/** Breaker, bulkhead, budgets. */
@NullMarked
package io.mamparo.resilience;

import org.jspecify.annotations.NullMarked;
