/** The planes' events as telemetry counts them: on the loops, without allocation. */
@NullMarked
package io.mamparo.app.events;

import org.jspecify.annotations.NullMarked;
