@NullMarked
package io.mamparo.store;

import org.jspecify.annotations.NullMarked;
