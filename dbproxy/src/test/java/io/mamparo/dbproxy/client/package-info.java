/** Tests of Client sessions. */
@org.jspecify.annotations.NullMarked
package io.mamparo.dbproxy.client;
