package io.mamparo.resilience.breaker;

import java.time.Duration;

/** Over what a closed breaker's rates are taken. */
public sealed interface WindowSpec {
  /**
   * The last so many calls, exactly, whichever loop they ran on. Costs three atomic operations on
   * shared memory per result.
   *
   * @param size 1 to {@link CountWindow#MAX_SIZE} calls
   */
  record OfCalls(int size) implements WindowSpec {
    public OfCalls {
      if (size < 1 || size > CountWindow.MAX_SIZE) {
        throw new IllegalArgumentException(
            "a window has 1 to " + CountWindow.MAX_SIZE + " calls, not " + size);
      }
    }
  }

  /**
   * The last stretch of time. Results leave it slice by slice, so that it reaches back between
   * {@code length - length / slices} and {@code length}. Costs plain stores per result.
   *
   * @param length how far it reaches back
   * @param slices how many parts it has, 1 to 1000
   */
  record OfTime(Duration length, int slices) implements WindowSpec {
    public OfTime {
      if (slices < 1 || slices > 1000) {
        throw new IllegalArgumentException("a window has 1 to 1000 slices, not " + slices);
      }
      if (length.toNanos() < slices) {
        throw new IllegalArgumentException("a window cannot be as short as " + length);
      }
    }
  }
}
