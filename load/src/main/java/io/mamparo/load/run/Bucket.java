package io.mamparo.load.run;

import io.mamparo.load.Percentiles;
import io.mamparo.load.Second;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One second of a run, in ticks of 100 ms. Owned by the {@link Timeline}, under its lock. Once
 * nothing more can come, the histogram is packed into a few hundred bytes.
 */
final class Bucket {
  static final int TICKS = 10;
  private static final int DIGITS = 2;

  final long second;
  private final int[] sent = new int[TICKS];
  private final int[] ok = new int[TICKS];
  private final int[] failed = new int[TICKS];

  /** Successes by the tick in which they ended, not in which they should have started. */
  private final int[] okEnded = new int[TICKS];

  private @Nullable Histogram open = histogram();
  private byte[] packed = {};

  Bucket(long second) {
    this.second = second;
  }

  static Histogram histogram() {
    Histogram histogram = new Histogram(DIGITS);
    histogram.setAutoResize(true);
    return histogram;
  }

  void sent(int tick) {
    sent[tick]++;
  }

  void ended(int tick, boolean success, long micros) {
    (success ? ok : failed)[tick]++;
    Histogram histogram = latency();
    histogram.recordValue(micros);
    if (open == null) {
      pack(histogram);
    }
  }

  void okEnded(int tick) {
    okEnded[tick]++;
  }

  int okEndedAt(int tick) {
    return okEnded[tick];
  }

  /** Adds the ticks from {@code from} to before {@code to}: sent, ok, failed. */
  void addTo(long[] counts, int from, int to) {
    for (int tick = from; tick < to; tick++) {
      counts[0] += sent[tick];
      counts[1] += ok[tick];
      counts[2] += failed[tick];
    }
  }

  Second summary() {
    Histogram histogram = latency();
    return new Second(
        second,
        Arrays.stream(sent).sum(),
        Arrays.stream(ok).sum(),
        Arrays.stream(failed).sum(),
        Percentiles.at(histogram, 50),
        Percentiles.at(histogram, 99));
  }

  /** The latencies of the whole second, in microseconds; not to be changed. */
  Histogram latency() {
    Histogram histogram = open;
    if (histogram != null) {
      return histogram;
    }
    try {
      return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(packed), 0);
    } catch (DataFormatException e) {
      throw new IllegalStateException("what was packed here cannot be read", e);
    }
  }

  void close() {
    Histogram histogram = open;
    if (histogram != null) {
      pack(histogram);
      open = null;
    }
  }

  private void pack(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    packed = Arrays.copyOf(buffer.array(), length);
  }
}
