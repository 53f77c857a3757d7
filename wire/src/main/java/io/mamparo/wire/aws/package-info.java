/** Signatures of AWS requests. */
@NullMarked
package io.mamparo.wire.aws;

import org.jspecify.annotations.NullMarked;
