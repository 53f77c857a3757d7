/** Game days. */
@NullMarked
package io.mamparo.gameday;

import org.jspecify.annotations.NullMarked;
