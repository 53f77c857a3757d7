/**
 * Experiments: load, faults in time order, expectations, a verdict. Speaks HTTP to the running
 * process only.
 */
@NullMarked
package io.mamparo.gameday;

import org.jspecify.annotations.NullMarked;
