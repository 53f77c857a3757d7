/** The life of a stack: what is desired, what is observed, what has to change. */
@NullMarked
package io.mamparo.app.life;

import org.jspecify.annotations.NullMarked;
