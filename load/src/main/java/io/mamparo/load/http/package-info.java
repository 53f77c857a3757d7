/** A small blocking HTTP/1.1 client, one connection a lane. */
@NullMarked
package io.mamparo.load.http;

import org.jspecify.annotations.NullMarked;
