/** The proxy as a program of its own, for measuring it. */
@NullMarked
package io.mamparo.dbproxy.bench;

import org.jspecify.annotations.NullMarked;
