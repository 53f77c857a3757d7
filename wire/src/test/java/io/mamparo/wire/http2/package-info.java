@NullMarked
package io.mamparo.wire.http2;

import org.jspecify.annotations.NullMarked;
