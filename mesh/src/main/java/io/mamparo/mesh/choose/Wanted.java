package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.re2j.Pattern;
import io.mamparo.mesh.RouteMatch;
import io.mamparo.mesh.RouteMatch.Test;
import io.mamparo.wire.http.Fields;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A condition on a header or a parameter of the query, ready to be tested. Immutable. */
final class Wanted {
  private final byte[] name;
  private final Test test;
  private final byte[] value;
  private final @Nullable Pattern pattern;

  Wanted(RouteMatch.Wanted config) {
    name = config.name().getBytes(ISO_8859_1);
    test = config.test();
    value = config.value().getBytes(ISO_8859_1);
    pattern = test == Test.REGEX ? Pattern.compile(config.value()) : null;
  }

  /** Of a header field: the first of that name counts. */
  boolean holds(Fields fields) {
    for (int i = 0; i < fields.count(); i++) {
      if (fields.named(i, name)) {
        return holds(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
      }
    }
    return test == Test.ABSENT;
  }

  /** Of the query in {@code [from, to)}, as written: the first of that name counts. */
  boolean holdsInQuery(byte[] b, int from, int to) {
    int at = from;
    while (at < to) {
      int end = at;
      while (end < to && b[end] != '&') {
        end++;
      }
      int equals = at;
      while (equals < end && b[equals] != '=') {
        equals++;
      }
      if (Arrays.equals(b, at, equals, name, 0, name.length)) {
        return holds(b, Math.min(equals + 1, end), end);
      }
      at = end + 1;
    }
    return test == Test.ABSENT;
  }

  private boolean holds(byte[] b, int from, int to) {
    return switch (test) {
      case EXACT -> Arrays.equals(b, from, to, value, 0, value.length);
      case PREFIX ->
          to - from >= value.length
              && Arrays.equals(b, from, from + value.length, value, 0, value.length);
      case REGEX -> pattern != null && pattern.matches(new String(b, from, to - from, ISO_8859_1));
      case PRESENT -> true;
      case ABSENT -> false;
    };
  }
}
