/**
 * Last on a request's way: bytes go to the service and back. {@code RequestPath} composes it all.
 */
@NullMarked
package io.mamparo.mesh.exchange;

import org.jspecify.annotations.NullMarked;
