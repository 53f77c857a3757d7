/**
 * HTTP/1.1 on the wire, strictly: heads as positions into their bytes, bodies as lengths. Nothing
 * here allocates in the steady state, and nothing here is for use by several threads.
 */
@NullMarked
package io.mamparo.wire.http;

import org.jspecify.annotations.NullMarked;
