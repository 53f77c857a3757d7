@NullMarked
package io.mamparo.resilience.rate;

import org.jspecify.annotations.NullMarked;
