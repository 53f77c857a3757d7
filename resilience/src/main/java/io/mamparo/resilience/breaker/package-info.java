/** The circuit breaker: closed, open, half-open. */
@NullMarked
package io.mamparo.resilience.breaker;

import org.jspecify.annotations.NullMarked;
