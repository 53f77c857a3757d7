/** What each plane is to do, as pure functions of the stack and of what is observed. */
@NullMarked
package io.mamparo.app.plan;

import org.jspecify.annotations.NullMarked;
