/** The admin database: what PgBouncer's console answers, and what only this proxy knows. */
@NullMarked
package io.mamparo.dbproxy.admin;

import org.jspecify.annotations.NullMarked;
