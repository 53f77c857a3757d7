/** Processes and databases. */
@NullMarked
package io.mamparo.compute;

import org.jspecify.annotations.NullMarked;
