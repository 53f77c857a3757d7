/** Third on a request's way: where it goes. */
@NullMarked
package io.mamparo.mesh.choose;

import org.jspecify.annotations.NullMarked;
