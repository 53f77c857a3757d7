/** Open-loop load. */
@NullMarked
package io.mamparo.load;

import org.jspecify.annotations.NullMarked;
