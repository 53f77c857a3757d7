/** Users who are not in the configuration but known to a database's server. */
@NullMarked
package io.mamparo.dbproxy.guests;

import org.jspecify.annotations.NullMarked;
