/** Which server of a database is the primary, and how far behind the others are. */
@NullMarked
package io.mamparo.dbproxy.watch;

import org.jspecify.annotations.NullMarked;
