/** Server connections lent to sessions: bulkhead, waiting line, breaker, reconnecting. */
@NullMarked
package io.mamparo.dbproxy.pool;

import org.jspecify.annotations.NullMarked;
