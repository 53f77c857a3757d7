/** The database proxy: connections and queries. */
@NullMarked
package io.mamparo.dbproxy;

import org.jspecify.annotations.NullMarked;
