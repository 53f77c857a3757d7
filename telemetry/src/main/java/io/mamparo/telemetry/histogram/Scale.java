package io.mamparo.telemetry.histogram;

/**
 * Maps nanoseconds to the base-2 exponential buckets of OpenTelemetry at a fixed scale: bucket i of
 * scale s holds the values from 2^(i/2^s) to 2^((i+1)/2^s). Immutable.
 *
 * <p>The bucket within an octave is found without a logarithm: the eight bits after the leading one
 * choose a guess from a table, and since no bucket is narrower than what eight bits tell apart, at
 * most one boundary lies above the guess. (A value that is exactly a power of two is the lowest of
 * its bucket here and the highest of the one below in OpenTelemetry.)
 */
public final class Scale {
  /** 32 buckets an octave: a bucket's middle is within 1.1 % of everything in it. */
  public static final Scale FINE = new Scale(5);

  /** 16 buckets an octave: within 2.2 %. */
  public static final Scale COARSE = new Scale(4);

  /** Values of 2^41 ns (37 minutes) and more count in the highest bucket. */
  public static final int OCTAVES = 41;

  private static final int TABLE_BITS = 8;

  private final int bits;
  private final long[] boundaries; // of [1,2), scaled by 2^52, without the leading one
  private final byte[] guesses = new byte[1 << TABLE_BITS];

  private Scale(int bits) {
    this.bits = bits;
    int buckets = 1 << bits;
    boundaries = new long[buckets + 1];
    for (int i = 0; i <= buckets; i++) {
      boundaries[i] =
          i == buckets ? 1L << 52 : (long) ((Math.pow(2, (double) i / buckets) - 1) * 0x1p52);
    }
    int bucket = 0;
    for (int i = 0; i < guesses.length; i++) {
      long value = (long) i << (52 - TABLE_BITS);
      while (boundaries[bucket + 1] <= value) {
        bucket++;
      }
      guesses[i] = (byte) bucket;
    }
  }

  /** Base-2 logarithm of the buckets in an octave. */
  public int bits() {
    return bits;
  }

  /** How many buckets an octave has. */
  public int perOctave() {
    return 1 << bits;
  }

  /** How many buckets there are. */
  public int buckets() {
    return OCTAVES << bits;
  }

  /** The bucket of a duration; less than a nanosecond counts as one. */
  public int indexOf(long nanos) {
    if (nanos <= 1) {
      return 0;
    }
    int octave = 63 - Long.numberOfLeadingZeros(nanos);
    if (octave >= OCTAVES) {
      return buckets() - 1;
    }
    long fraction = (nanos << (52 - octave)) & ((1L << 52) - 1);
    int bucket = guesses[(int) (fraction >>> (52 - TABLE_BITS))];
    if (boundaries[bucket + 1] <= fraction) {
      bucket++;
    }
    return (octave << bits) | bucket;
  }

  /** The lowest value of a bucket, in nanoseconds. */
  public double lowerBound(int index) {
    return Math.pow(2, (double) index / perOctave());
  }
}
