/** Reads PgBouncer's configuration and writes the stack file that does the same. */
@NullMarked
package io.mamparo.cli.pgbouncer;

import org.jspecify.annotations.NullMarked;
