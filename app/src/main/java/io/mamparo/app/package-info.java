/** The composition root: configuration, wiring, life cycle. */
@NullMarked
package io.mamparo.app;

import org.jspecify.annotations.NullMarked;
