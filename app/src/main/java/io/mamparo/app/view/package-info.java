/** The forms in which the control API shows a stack. */
@NullMarked
package io.mamparo.app.view;

import org.jspecify.annotations.NullMarked;
