/** Carrying a game day out and judging what was seen. */
@NullMarked
package io.mamparo.gameday.run;

import org.jspecify.annotations.NullMarked;
