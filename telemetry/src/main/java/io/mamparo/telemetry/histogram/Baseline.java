package io.mamparo.telemetry.histogram;

import org.jspecify.annotations.Nullable;

/**
 * Where the counters of a {@link Histogram} stood when they were last looked at, kept as sparsely
 * as the histogram itself. Belongs to one thread.
 */
public final class Baseline {
  private final long[] @Nullable [] pages = new long[Scale.OCTAVES][];

  /** Takes a counter's new state and returns by how much it grew. */
  long replace(Scale scale, int index, long count) {
    int octave = index >>> scale.bits();
    long[] page = pages[octave];
    if (page == null) {
      page = new long[scale.perOctave()];
      pages[octave] = page;
    }
    int at = index & (scale.perOctave() - 1);
    long more = count - page[at];
    page[at] = count;
    return more;
  }
}
