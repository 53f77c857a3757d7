@NullMarked
package io.mamparo.telemetry;

import org.jspecify.annotations.NullMarked;
