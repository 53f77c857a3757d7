/** What is broken on purpose, until it is mended. */
@NullMarked
package io.mamparo.app.fault;

import org.jspecify.annotations.NullMarked;
