@NullMarked
package io.mamparo.mesh.choose;

import org.jspecify.annotations.NullMarked;
