/** What the README promises, tried through the launcher as a user would. */
@NullMarked
package io.mamparo.acceptance;

import org.jspecify.annotations.NullMarked;
