/** Second on a request's way: whose trace it belongs to. */
@NullMarked
package io.mamparo.mesh.begin;

import org.jspecify.annotations.NullMarked;
