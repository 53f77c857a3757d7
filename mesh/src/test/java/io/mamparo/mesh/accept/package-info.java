@NullMarked
package io.mamparo.mesh.accept;

import org.jspecify.annotations.NullMarked;
