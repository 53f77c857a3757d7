@NullMarked
package io.mamparo.wire.http;

import org.jspecify.annotations.NullMarked;
