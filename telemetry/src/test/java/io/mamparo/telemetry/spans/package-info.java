@NullMarked
package io.mamparo.telemetry.spans;

import org.jspecify.annotations.NullMarked;
