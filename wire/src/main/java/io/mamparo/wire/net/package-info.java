/** Event loops, listeners and connections that both data planes stand on. */
@NullMarked
package io.mamparo.wire.net;

import org.jspecify.annotations.NullMarked;
