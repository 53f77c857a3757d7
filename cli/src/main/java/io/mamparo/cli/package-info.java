/** The command line. */
@NullMarked
package io.mamparo.cli;

import org.jspecify.annotations.NullMarked;
