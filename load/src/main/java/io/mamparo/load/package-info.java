/** Open-loop load over HTTP and SQL, measured from the intended start of each request. */
@NullMarked
package io.mamparo.load;

import org.jspecify.annotations.NullMarked;
