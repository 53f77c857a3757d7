/** Processes as the Linux kernel shows them: signals, {@code /proc}, exits and log files. */
@NullMarked
package io.mamparo.compute.proc;

import org.jspecify.annotations.NullMarked;
