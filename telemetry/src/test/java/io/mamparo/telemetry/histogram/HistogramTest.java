package io.mamparo.telemetry.histogram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static final long SEED = 7;

  @Test
  void everyValue_liesWithinItsBucket() {
    Random random = new Random(SEED);
    for (Scale scale : new Scale[] {Scale.FINE, Scale.COARSE}) {
      for (int i = 0; i < 200_000; i++) {
        long value = 1 + (random.nextLong() >>> (23 + random.nextInt(41)));
        int index = scale.indexOf(value);
        double lower = scale.lowerBound(index);
        double upper = scale.lowerBound(index + 1);
        assertTrue(
            value >= lower * (1 - 1e-12) && value < upper * (1 + 1e-12),
            () -> value + " is not within " + lower + " and " + upper);
      }
    }
  }

  @Test
  void theExtremes_areCountedInTheOutermostBuckets() {
    assertEquals(0, Scale.FINE.indexOf(0));
    assertEquals(0, Scale.FINE.indexOf(-5));
    assertEquals(0, Scale.FINE.indexOf(1));
    assertEquals(Scale.FINE.buckets() - 1, Scale.FINE.indexOf(Long.MAX_VALUE));
    assertEquals(32, Scale.FINE.indexOf(2));
  }

  @Test
  void quantiles_areWithinHalfABucketOfTheTruth() {
    Random random = new Random(SEED);
    Histogram histogram = new Histogram(Scale.FINE);
    long[] values = new long[50_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) Math.exp(14 + 2 * random.nextGaussian());
      histogram.record(values[i]);
    }
    Arrays.sort(values);
    Distribution all = new Distribution(Scale.FINE);
    histogram.addTo(all);
    for (double q : new double[] {0.001, 0.5, 0.9, 0.99, 0.999, 1}) {
      double truth = (double) values[(int) Math.max(0, Math.ceil(q * values.length) - 1)];
      assertEquals(truth, all.quantile(q), truth * 0.011, "quantile " + q);
    }
    assertTrue(Double.isNaN(new Distribution(Scale.FINE).quantile(0.5)));
  }

  @Test
  void mergingDifferencesAndEncoding_loseNothing() {
    Random random = new Random(SEED);
    Histogram histogram = new Histogram(Scale.FINE);
    Baseline baseline = new Baseline();
    Distribution now = new Distribution(Scale.FINE);
    Distribution more = new Distribution(Scale.FINE);
    Distribution sum = new Distribution(Scale.FINE);
    for (int round = 0; round < 50; round++) {
      int count = random.nextInt(300);
      for (int i = 0; i < count; i++) {
        histogram.record(random.nextLong(1, 10_000_000_000L));
      }
      now.clear();
      histogram.addTo(now);
      now.differenceInto(more, baseline);
      assertEquals(count, more.total(), "seed " + SEED);
      byte[] encoded = more.encode();
      sum.addEncoded(encoded, 0, encoded.length);
    }
    assertEquals(now.total(), sum.total());
    assertEquals(Arrays.toString(now.encode()), Arrays.toString(sum.encode()));
  }

  @Test
  void otherScales_areRefused() {
    byte[] coarse = new Distribution(Scale.COARSE).encode();
    Distribution fine = new Distribution(Scale.FINE);
    assertThrows(IllegalArgumentException.class, () -> fine.addEncoded(coarse, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> fine.add(new Distribution(Scale.COARSE)));
  }
}
