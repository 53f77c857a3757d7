/** First on a request's way: bytes come in, and time is kept. */
@NullMarked
package io.mamparo.mesh.accept;

import org.jspecify.annotations.NullMarked;
