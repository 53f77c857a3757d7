/** Clock, ids, error codes, bounded primitives. */
@NullMarked
package io.mamparo.kernel;

import org.jspecify.annotations.NullMarked;
