/** The mesh: requests. */
@NullMarked
package io.mamparo.mesh;

import org.jspecify.annotations.NullMarked;
