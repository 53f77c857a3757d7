@NullMarked
package io.mamparo.mesh;

import org.jspecify.annotations.NullMarked;
