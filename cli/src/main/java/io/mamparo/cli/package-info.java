/** The command line: reads arguments, speaks HTTP to the running process, prints. */
@NullMarked
package io.mamparo.cli;

import org.jspecify.annotations.NullMarked;
