/** Client connections: start-up, log-in, the session and the translation of what it asks. */
@NullMarked
package io.mamparo.dbproxy.client;

import org.jspecify.annotations.NullMarked;
