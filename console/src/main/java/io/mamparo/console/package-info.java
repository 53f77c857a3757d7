/** The console. */
@NullMarked
package io.mamparo.console;

import org.jspecify.annotations.NullMarked;
