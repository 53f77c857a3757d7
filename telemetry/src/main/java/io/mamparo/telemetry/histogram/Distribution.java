package io.mamparo.telemetry.histogram;

/**
 * Counts of all buckets of a scale, for the reading side: sums, differences, quantiles. Belongs to
 * one thread, which reuses it.
 *
 * <p>Encoded form: scale, then for each bucket that is not empty the distance from the one before
 * and the count, both as variable-length integers. Typically 150 bytes for a second's requests.
 */
public final class Distribution {
  private final Scale scale;
  private final long[] counts;
  private int low = Integer.MAX_VALUE;
  private int high = -1;
  private long total;

  /** An empty one. */
  public Distribution(Scale scale) {
    this.scale = scale;
    counts = new long[scale.buckets()];
  }

  /** Its scale. */
  public Scale scale() {
    return scale;
  }

  /** How many values it holds. */
  public long total() {
    return total;
  }

  /** Adds to a bucket; what would become negative stays at zero. */
  public void add(int index, long count) {
    long before = counts[index];
    long after = Math.max(0, before + count);
    counts[index] = after;
    total += after - before;
    low = Math.min(low, index);
    high = Math.max(high, index);
  }

  /** Adds all of another of the same scale. */
  public void add(Distribution other) {
    if (other.scale != scale) {
      throw new IllegalArgumentException("scales differ");
    }
    for (int i = other.low; i <= other.high; i++) {
      if (other.counts[i] != 0) {
        add(i, other.counts[i]);
      }
    }
  }

  /** Empties it. */
  public void clear() {
    if (high >= 0) {
      java.util.Arrays.fill(counts, low, high + 1, 0);
    }
    low = Integer.MAX_VALUE;
    high = -1;
    total = 0;
  }

  /**
   * The value below which a share of all values lies, in nanoseconds: the geometric middle of the
   * bucket in which it lies. NaN when it is empty.
   *
   * @param q from 0 to 1
   */
  public double quantile(double q) {
    if (total == 0) {
      return Double.NaN;
    }
    int index = quantileIndex(q);
    return Math.sqrt(scale.lowerBound(index) * scale.lowerBound(index + 1));
  }

  /** The bucket in which that value lies; there must be one. */
  public int quantileIndex(double q) {
    long rank = Math.max(1, (long) Math.ceil(q * total));
    long seen = 0;
    int index = low;
    for (; index < high; index++) {
      seen += counts[index];
      if (seen >= rank) {
        break;
      }
    }
    return index;
  }

  /** What was added since {@code before} was last brought up to date, which is done as well. */
  public void differenceInto(Distribution difference, Baseline before) {
    difference.clear();
    for (int i = low; i <= high; i++) {
      if (counts[i] != 0) {
        long more = before.replace(scale, i, counts[i]);
        if (more > 0) {
          difference.add(i, more);
        }
      }
    }
  }

  /** Its encoded form. */
  public byte[] encode() {
    int pairs = 0;
    for (int i = low; i <= high; i++) {
      if (counts[i] != 0) {
        pairs++;
      }
    }
    byte[] buffer = new byte[1 + pairs * 11];
    buffer[0] = (byte) scale.bits();
    int at = 1;
    int previous = 0;
    for (int i = low; i <= high; i++) {
      if (counts[i] != 0) {
        at = Varint.write(buffer, at, i - previous);
        at = Varint.write(buffer, at, counts[i]);
        previous = i;
      }
    }
    return java.util.Arrays.copyOf(buffer, at);
  }

  /** Adds an encoded one of the same scale; anything else is refused. */
  public void addEncoded(byte[] encoded, int from, int to) {
    if (to <= from || encoded[from] != scale.bits()) {
      throw new IllegalArgumentException("not a distribution of this scale");
    }
    long[] read = new long[1];
    int at = from + 1;
    int index = 0;
    while (at < to) {
      at = Varint.read(encoded, at, read);
      index += (int) read[0];
      at = Varint.read(encoded, at, read);
      add(index, read[0]);
    }
  }
}
