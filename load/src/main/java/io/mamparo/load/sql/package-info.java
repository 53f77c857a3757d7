/** Statements over pgjdbc, one connection a lane. */
@NullMarked
package io.mamparo.load.sql;

import org.jspecify.annotations.NullMarked;
