@NullMarked
package io.mamparo.telemetry.storage;

import org.jspecify.annotations.NullMarked;
