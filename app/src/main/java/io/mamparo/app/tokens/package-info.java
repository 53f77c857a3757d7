/** Tokens that requests from outside carry (JWT, RFC 7519), and the keys they are checked with. */
@NullMarked
package io.mamparo.app.tokens;

import org.jspecify.annotations.NullMarked;
