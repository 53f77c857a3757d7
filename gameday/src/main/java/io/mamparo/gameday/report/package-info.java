/** The report that a game day leaves behind. */
@NullMarked
package io.mamparo.gameday.report;

import org.jspecify.annotations.NullMarked;
