/** Tests of Server connections. */
@org.jspecify.annotations.NullMarked
package io.mamparo.dbproxy.server;
