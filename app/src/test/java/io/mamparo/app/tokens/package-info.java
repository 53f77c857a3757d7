@NullMarked
package io.mamparo.app.tokens;

import org.jspecify.annotations.NullMarked;
