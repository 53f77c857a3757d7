/** How many a second: token buckets, for all or for each key. */
@NullMarked
package io.mamparo.resilience.rate;

import org.jspecify.annotations.NullMarked;
