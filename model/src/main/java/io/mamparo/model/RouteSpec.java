package io.mamparo.model;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which requests go where. The first route of the file that matches wins.
 *
 * @param host without a port; absent means any; {@code *.example.org} means any name below it
 * @param path exact, or a prefix when it ends with {@code *}
 * @param headers all of which must be there with exactly this value; names in lower case
 * @param to services with their weights, which add up to 100 %
 */
public record RouteSpec(
    @Nullable String host, String path, Map<String, String> headers, List<Target> to) {
  public RouteSpec {
    Require.that(path.startsWith("/"), "a path starts with '/'");
    int star = path.indexOf('*');
    Require.that(star < 0 || star == path.length() - 1, "'*' can only be the end of a path");
    Require.that(
        host == null || host.equals(host.toLowerCase(Locale.ROOT)),
        "a host is written in lower case");
    headers = Require.ordered(headers);
    to = List.copyOf(to);
    long sum = to.stream().mapToLong(target -> target.weight().millionths()).sum();
    Require.that(
        sum == 1_000_000, "to has weights that add up to " + percent(sum) + ", not to 100%");
  }

  private static String percent(long millionths) {
    return BigDecimal.valueOf(millionths, 4).stripTrailingZeros().toPlainString() + "%";
  }

  /** A service and its share of the requests. */
  public record Target(String service, Percentage weight) {}
}
