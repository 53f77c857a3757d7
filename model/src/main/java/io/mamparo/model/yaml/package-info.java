/** YAML as a tree that knows where everything stands. Internal. */
@NullMarked
package io.mamparo.model.yaml;

import org.jspecify.annotations.NullMarked;
