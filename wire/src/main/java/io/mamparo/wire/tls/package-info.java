/** Certificates and encrypted connections: an own authority, files that are watched, both ends. */
@NullMarked
package io.mamparo.wire.tls;

import org.jspecify.annotations.NullMarked;
