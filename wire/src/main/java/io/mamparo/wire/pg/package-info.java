/** PostgreSQL's protocol, version 3: framing, the messages a proxy says itself, SCRAM-SHA-256. */
@NullMarked
package io.mamparo.wire.pg;

import org.jspecify.annotations.NullMarked;
