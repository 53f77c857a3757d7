/** Bytes to records: PostgreSQL and HTTP on the wire. */
@NullMarked
package io.mamparo.wire;

import org.jspecify.annotations.NullMarked;
