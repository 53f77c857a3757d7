@NullMarked
package io.mamparo.telemetry.slo;

import org.jspecify.annotations.NullMarked;
