/** The retry budget. */
@NullMarked
package io.mamparo.resilience.retry;

import org.jspecify.annotations.NullMarked;
