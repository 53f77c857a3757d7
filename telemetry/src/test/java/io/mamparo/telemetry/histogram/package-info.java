@NullMarked
package io.mamparo.telemetry.histogram;

import org.jspecify.annotations.NullMarked;
