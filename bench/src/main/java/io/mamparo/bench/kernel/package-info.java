/** The resilience kernel beside resilience4j, by JMH; see docs/benchmarks.md. */
@NullMarked
package io.mamparo.bench.kernel;

import org.jspecify.annotations.NullMarked;
