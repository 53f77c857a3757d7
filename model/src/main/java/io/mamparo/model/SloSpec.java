package io.mamparo.model;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a service promises.
 *
 * @param availability share of requests that do not fail (5xx or no answer); absent: no promise
 * @param latency how fast; absent: no promise
 * @param window over which the promises are kept and the error budget is spent
 */
public record SloSpec(
    @Nullable Percentage availability, @Nullable Latency latency, Duration window) {
  public SloSpec {
    Require.that(
        availability == null || isObjective(availability),
        "availability must be more than 0% and less than 100%: some requests fail");
    Require.that(
        window.compareTo(Duration.ofHours(1)) >= 0 && window.compareTo(Duration.ofDays(90)) <= 0,
        "window must be from 1h to 90d");
  }

  private static boolean isObjective(Percentage share) {
    return share.millionths() > 0 && share.compareTo(Percentage.ALL) < 0;
  }

  /** {@code 99% under 250ms}. */
  public record Latency(Percentage share, Duration under) {
    private static final Pattern FORM = Pattern.compile("(\\S+%)\\s+under\\s+(\\S+)");

    public Latency {
      Require.that(isObjective(share), "the share must be more than 0% and less than 100%");
      Require.positive(under, "the threshold");
    }

    /**
     * Reads {@code 99% under 250ms}.
     *
     * @throws IllegalArgumentException when it is written in another way
     */
    public static Latency parse(String text) {
      Matcher matcher = FORM.matcher(text.strip());
      Require.that(matcher.matches(), "expected an objective such as 99% under 250ms");
      return new Latency(Percentage.parse(matcher.group(1)), DurationText.parse(matcher.group(2)));
    }

    @Override
    public String toString() {
      return share + " under " + DurationText.of(under);
    }
  }
}
