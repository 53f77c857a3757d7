/** Which of several hosts to leave out for a while. */
@NullMarked
package io.mamparo.resilience.outlier;

import org.jspecify.annotations.NullMarked;
