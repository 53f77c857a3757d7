/**
 * HTTP/2 on the wire (RFC 9113, RFC 7541), strictly: frames, header compression, flow control and
 * the life of streams, for both sides of a connection. Nothing here allocates in the steady state,
 * and nothing here is for use by several threads.
 */
@NullMarked
package io.mamparo.wire.http2;

import org.jspecify.annotations.NullMarked;
