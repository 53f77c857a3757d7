/** {@code mamparo db top}: a live view of the database proxy. */
@NullMarked
package io.mamparo.cli.top;

import org.jspecify.annotations.NullMarked;
