package io.mamparo.model.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.mamparo.model.RouteActions.Edits;
import io.mamparo.model.RouteSpec.Wanted;
import io.mamparo.model.RouteSpec.Wanted.How;
import io.mamparo.model.UserKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;

/** What routes say about requests: headers, parameters, users. */
final class MatchSchema {
  static final String HEADER_NAME = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
  static final String HEADER_EXAMPLE = "a header's name such as X-Beta";
  private static final int LONGEST_REGEX = 256;
  private static final int MOST_REPEATS = 1000;
  private static final java.util.regex.Pattern COUNTED =
      java.util.regex.Pattern.compile("\\{(?:\\d+,)?(\\d+)\\}");

  static final Scalar<Boolean> FLAG =
      new Scalar<>(
          "`true` or `false`",
          text ->
              switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("expected true or false");
              });
  static final Scalar<String> REGEX = new Scalar<>("RE2 expression", MatchSchema::regex);
  static final Scalar<String> METHOD =
      Scalar.matching("HTTP method", "[A-Z]{3,10}", "an HTTP method such as GET");

  /** A field's value must not end its line. */
  private static final Scalar<String> VALUE =
      Scalar.matching("text", "[\\t\\x20-\\x7e\\xa0-\\xff]*", "text on one line");

  private MatchSchema() {}

  /** One whose cost is bounded: RE2 is linear in what it reads, this bounds its own size. */
  static String regex(String text) {
    long repeats = 1;
    Matcher counted = COUNTED.matcher(text);
    while (counted.find()) {
      repeats *= Math.clamp(Long.parseLong(first9(counted.group(1))), 1, MOST_REPEATS + 1);
      repeats = Math.min(repeats, MOST_REPEATS + 1);
    }
    if (text.length() > LONGEST_REGEX || repeats > MOST_REPEATS) {
      throw new IllegalArgumentException(
          "at most 256 characters, and at most 1000 repetitions in all");
    }
    try {
      Pattern.compile(text);
      return text;
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("no RE2 expression (" + e.getDescription() + ")", e);
    }
  }

  private static String first9(String digits) {
    return digits.substring(0, Math.min(9, digits.length()));
  }

  /** {@code headers} and {@code query}: names, each with what it must be. */
  static Type<Map<String, Wanted>> wanted(String what, String form, String expected) {
    return Types.map(what, form, expected, value());
  }

  private static Section<Wanted> value() {
    Key<String> prefix = Key.optional("prefix", Scalar.TEXT, "-", "It begins with this.");
    Key<String> regex = Key.optional("regex", REGEX, "-", "All of it matches this.");
    Key<Boolean> present =
        Key.optional("present", FLAG, "-", "`true`: it is there; `false`: it is not.");
    return Section.of(
            "routes.headers",
            "What a header or a parameter of the query must be: a text is exactly that; exactly one"
                + " of the keys says something else.",
            List.of(prefix, regex, present),
            f -> {
              List<Wanted> said = new ArrayList<>();
              if (f.has(prefix)) {
                said.add(new Wanted(How.PREFIX, f.get(prefix)));
              }
              if (f.has(regex)) {
                said.add(new Wanted(How.REGEX, f.get(regex)));
              }
              if (f.has(present)) {
                said.add(new Wanted(f.get(present) ? How.PRESENT : How.ABSENT, ""));
              }
              if (said.size() != 1) {
                throw new IllegalArgumentException("give it one of prefix, regex, present");
              }
              return said.getFirst();
            })
        .orShort(Scalar.TEXT, Wanted::exactly);
  }

  /** {@code request-headers} and {@code response-headers}. */
  static Section<Edits> edits() {
    Type<Map<String, String>> fields = Types.map("headers", HEADER_NAME, HEADER_EXAMPLE, VALUE);
    Key<Map<String, String>> set =
        Key.of("set", fields, Map.of(), "none", "The only value of each.");
    Key<Map<String, String>> add = Key.of("add", fields, Map.of(), "none", "One more value.");
    Key<List<String>> remove =
        Key.of(
            "remove",
            Types.list(Scalar.matching("header", HEADER_NAME, HEADER_EXAMPLE), "[X-Debug]"),
            List.of(),
            "none",
            "Taken out.");
    return Section.of(
            "routes.request-headers",
            "What is changed of the fields of a request or, as `response-headers`, of an answer;"
                + " at most 32. What frames a message (Host, Content-Length, Transfer-Encoding,"
                + " Connection) cannot be changed.",
            List.of(set, add, remove),
            f -> new Edits(lower(f.get(set)), lower(f.get(add)), lower(f.get(remove))))
        .with(MatchSchema::framing);
  }

  private static void framing(
      io.mamparo.model.yaml.Node.Mapping section, String name, String where, Reading reading) {
    for (io.mamparo.model.yaml.Node.Entry entry : section.entries()) {
      if (entry.value() instanceof io.mamparo.model.yaml.Node.Mapping fields) {
        fields.entries().forEach(field -> notFraming(field.key(), where, reading));
      } else if (entry.value() instanceof io.mamparo.model.yaml.Node.Sequence list) {
        for (io.mamparo.model.yaml.Node item : list.items()) {
          if (item instanceof io.mamparo.model.yaml.Node.Text text) {
            notFraming(text, where, reading);
          }
        }
      }
    }
  }

  private static void notFraming(
      io.mamparo.model.yaml.Node.Text name, String where, Reading reading) {
    boolean frames =
        name.text()
            .toLowerCase(Locale.ROOT)
            .matches(
                "host|content-length|transfer-encoding|connection|upgrade|te|trailer|keep-alive"
                    + "|proxy-connection|expect");
    if (frames) {
      reading.reportText(name, where + ": " + name.text() + " frames the message");
    }
  }

  private static Map<String, String> lower(Map<String, String> fields) {
    Map<String, String> lower = new HashMap<>();
    fields.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    return lower;
  }

  private static List<String> lower(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  /** What tells users apart. */
  static Section<UserKey> user(String path, String intro) {
    Key<String> header =
        Key.optional(
            "header",
            Scalar.matching("header", HEADER_NAME, HEADER_EXAMPLE),
            "-",
            "A header's value.");
    Key<String> cookie =
        Key.optional(
            "cookie",
            Scalar.matching("cookie", HEADER_NAME, "a cookie's name such as session"),
            "-",
            "A cookie's value.");
    Key<Boolean> source = Key.of("source", FLAG, false, "The client's address.");
    Key<Duration> ttl =
        Key.optional(
            "ttl",
            Scalar.DURATION,
            "no cookie is set",
            "A user without the cookie gets one that lives so long; `0s`: until the browser ends.");
    return Section.of(
            path,
            intro,
            List.of(header, cookie, source, ttl),
            f -> {
              String name = f.find(header);
              return new UserKey(
                  name == null ? null : name.toLowerCase(Locale.ROOT),
                  f.find(cookie),
                  f.get(source),
                  f.find(ttl));
            })
        .orShort(
            Scalar.matching("`source`", "source", "source, or one of the keys header and cookie"),
            word -> UserKey.bySource());
  }
}
