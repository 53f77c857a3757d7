@NullMarked
package io.mamparo.mesh.defend;

import org.jspecify.annotations.NullMarked;
