@NullMarked
package io.mamparo.wire.tls;

import org.jspecify.annotations.NullMarked;
