package io.mamparo.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * libpq's connection URL. Read by hand and not by {@link java.net.URI}: passwords often hold
 * characters that should have been escaped, and no complaint may show one. Stateless.
 */
final class DatabaseUrlText {
  private static final Pattern FORM =
      Pattern.compile("postgres(?:ql)?://(?:(.*)@)?([^/?#@]+)/([^/?#]+)(?:\\?([^#]*))?");
  private static final String EXPECTED =
      "expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters as %XX";

  private DatabaseUrlText() {}

  static DatabaseSpec.DatabaseUrl parse(String url) {
    Matcher matcher = FORM.matcher(url);
    Require.that(matcher.matches(), EXPECTED);
    String credentials = matcher.group(1) == null ? "" : matcher.group(1);
    int colon = credentials.indexOf(':');
    String user = colon < 0 ? credentials : credentials.substring(0, colon);
    String password = colon < 0 ? "" : credentials.substring(colon + 1);
    Require.that(!user.isEmpty(), "the URL names no user; " + EXPECTED);
    return new DatabaseSpec.DatabaseUrl(
        addresses(matcher.group(2)),
        unescaped(matcher.group(3)),
        unescaped(user),
        new Secret(unescaped(password)),
        parameters(matcher.group(4) == null ? "" : matcher.group(4)));
  }

  private static List<Address> addresses(String hosts) {
    return Arrays.stream(hosts.split(",", -1)).map(DatabaseUrlText::address).toList();
  }

  private static Address address(String host) {
    boolean hasPort = host.matches("(\\[[^\\]]*]|[^:]*):\\d+");
    try {
      return Address.parse(hasPort ? host : host + ":5432");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the URL's host and port are not right; " + EXPECTED, e);
    }
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      Require.that(equals > 0, "the URL's parameters are written name=value");
      parameters.put(unescaped(pair.substring(0, equals)), unescaped(pair.substring(equals + 1)));
    }
    return parameters;
  }

  /** As {@link java.net.URLDecoder}, but a plus sign is a plus sign. */
  private static String unescaped(String text) {
    try {
      return java.net.URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the URL has a '%' that is not part of %XX", e);
    }
  }
}
