/** Hand-written fakes and real peers for tests. */
@NullMarked
package io.mamparo.testkit;

import org.jspecify.annotations.NullMarked;
