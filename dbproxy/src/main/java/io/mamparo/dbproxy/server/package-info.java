/** One connection to a PostgreSQL server and the replies it owes. */
@NullMarked
package io.mamparo.dbproxy.server;

import org.jspecify.annotations.NullMarked;
