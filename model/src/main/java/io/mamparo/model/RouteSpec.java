package io.mamparo.model;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which requests go where. The first route of the file that matches wins.
 *
 * @param host without a port; absent means any; {@code *.example.org} means any name below it
 * @param path exact; a prefix when it ends with {@code *}; a template when a segment is {@code
 *     {name}}; a regular expression for all of the path behind {@code ~ }
 * @param methods upper case; empty means any
 * @param headers all of which must hold; names in lower case
 * @param query parameters, all of which must hold
 * @param to services with their weights, which add up to 100 %; empty only with a redirect
 * @param actions what else it does
 */
public record RouteSpec(
    @Nullable String host,
    String path,
    Set<String> methods,
    Map<String, Wanted> headers,
    Map<String, Wanted> query,
    List<Target> to,
    RouteActions actions) {
  /** What a path begins with that is a regular expression. */
  public static final String REGEX = "~ ";

  private static final Pattern NAME = Pattern.compile("\\{[^{}]+\\}");

  public RouteSpec {
    if (!path.startsWith(REGEX)) {
      Require.that(path.startsWith("/"), "path starts with '/', or with '~ ' and an expression");
      int star = path.indexOf('*');
      Require.that(star < 0 || star == path.length() - 1, "'*' can only be the end of a path");
    }
    Require.that(
        host == null || host.equals(host.toLowerCase(Locale.ROOT)),
        "a host is written in lower case");
    methods = Set.copyOf(methods);
    headers = Require.ordered(headers);
    query = Require.ordered(query);
    to = List.copyOf(to);
    Require.that(
        to.isEmpty() == (actions.redirect() != null),
        to.isEmpty() ? "has no key to" : "redirect leads elsewhere, so that to has no meaning");
    long sum = to.stream().mapToLong(target -> target.weight().millionths()).sum();
    Require.that(
        to.isEmpty() || sum == 1_000_000,
        "to has weights that add up to " + percent(sum) + ", not to 100%");
    names(path, actions.redirect() == null ? null : actions.redirect().to(), "redirect");
    names(path, actions.rewrite() == null ? null : actions.rewrite().path(), "rewrite");
  }

  /** A {@code {name}} in what is sent on must be one of the path's. */
  private static void names(String path, @Nullable String made, String key) {
    Matcher names = NAME.matcher(made == null ? "" : made);
    while (names.find()) {
      Require.that(
          List.of(path.split("/", -1)).contains(names.group()),
          key + " has " + names.group() + ", which is no segment of the path");
    }
  }

  private static String percent(long millionths) {
    return BigDecimal.valueOf(millionths, 4).stripTrailingZeros().toPlainString() + "%";
  }

  /** A service and its share of the requests. */
  public record Target(String service, Percentage weight) {}

  /**
   * What a header or parameter must be.
   *
   * @param how it is compared
   * @param value empty for {@link How#PRESENT} and {@link How#ABSENT}
   */
  public record Wanted(How how, String value) {
    /** How a value is compared. */
    public enum How {
      /** It is this. */
      EXACT,
      /** It begins with this. */
      PREFIX,
      /** All of it matches this expression. */
      REGEX,
      /** It is there. */
      PRESENT,
      /** It is not there. */
      ABSENT
    }

    /** Exactly this. */
    public static Wanted exactly(String value) {
      return new Wanted(How.EXACT, value);
    }

    @Override
    public String toString() {
      return how == How.EXACT ? value : (how.name().toLowerCase(Locale.ROOT) + " " + value).strip();
    }
  }

  /** What records, metrics and the console call it: its conditions, as short as they can be. */
  public String id() {
    StringBuilder id = new StringBuilder(methods.isEmpty() ? "" : shown(methods) + " ");
    id.append(host == null ? "" : host).append(path);
    if (!query.isEmpty()) {
      id.append('?').append(query);
    }
    if (!headers.isEmpty()) {
      id.append(' ').append(headers);
    }
    return id.toString();
  }

  private static String shown(Set<String> methods) {
    return String.join("|", methods.stream().sorted().toList());
  }
}
