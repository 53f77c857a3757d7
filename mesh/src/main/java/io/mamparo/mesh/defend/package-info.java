/** Fourth on a request's way: whether it may go there now, and to which endpoint. */
@NullMarked
package io.mamparo.mesh.defend;

import org.jspecify.annotations.NullMarked;
