/** PostgreSQL with a small bounded pool. */
@NullMarked
package rental.sql;

import org.jspecify.annotations.NullMarked;
