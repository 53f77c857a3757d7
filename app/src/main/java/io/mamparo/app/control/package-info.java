/** The control API: the one door by which people and programs see and change a running stack. */
@NullMarked
package io.mamparo.app.control;

import org.jspecify.annotations.NullMarked;
