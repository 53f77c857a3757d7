package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.regex.Pattern;

/** What a route says about paths. Immutable. */
public sealed interface PathPattern {
  /** Whether the path in {@code [from, to)} is meant. */
  boolean matches(byte[] bytes, int from, int to);

  /** Reads exact paths, prefixes ({@code /car*}) and templates ({@code /car/{id}}). */
  static PathPattern of(String text) {
    if (text.endsWith("*")) {
      return new Prefix(text.substring(0, text.length() - 1).getBytes(US_ASCII));
    }
    if (template(text)) {
      return Template.of(text);
    }
    return new Exact(text.getBytes(US_ASCII));
  }

  /** Reads a regular expression for all of a path. */
  static PathPattern regex(String text) {
    return new Regex(com.google.re2j.Pattern.compile(text));
  }

  /** Whether a path is a template. */
  static boolean template(String text) {
    return Pattern.compile("/\\{[^/{}]+\\}(?=/|$)").matcher(text).find();
  }

  /** Paths that match a regular expression, which RE2 does in linear time. */
  record Regex(com.google.re2j.Pattern pattern) implements PathPattern {
    /** A longer path is not looked at, and does not match. */
    private static final int LONGEST = 2048;

    @Override
    public boolean matches(byte[] bytes, int from, int to) {
      return to - from <= LONGEST
          && pattern.matches(
              new String(bytes, from, to - from, java.nio.charset.StandardCharsets.ISO_8859_1));
    }
  }

  /** This path only. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Exact(byte[] path) implements PathPattern {
    @Override
    public boolean matches(byte[] bytes, int from, int to) {
      return Arrays.equals(bytes, from, to, path, 0, path.length);
    }
  }

  /** Paths that begin like this. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Prefix(byte[] path) implements PathPattern {
    @Override
    public boolean matches(byte[] bytes, int from, int to) {
      return to - from >= path.length
          && Arrays.equals(bytes, from, from + path.length, path, 0, path.length);
    }
  }

  /** Paths with as many segments, of which some may be anything but empty. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Template(byte[][] segments) implements PathPattern {
    private static final byte[] ANY = {};

    static Template of(String text) {
      return new Template(
          Arrays.stream(text.substring(1).split("/", -1))
              .map(s -> s.matches("\\{.+\\}") ? ANY : s.getBytes(US_ASCII))
              .toArray(byte[][]::new));
    }

    @Override
    public boolean matches(byte[] bytes, int from, int to) {
      int at = from;
      for (byte[] segment : segments) {
        if (at >= to || bytes[at] != '/') {
          return false;
        }
        int start = ++at;
        while (at < to && bytes[at] != '/') {
          at++;
        }
        boolean fits =
            segment == ANY
                ? at > start
                : Arrays.equals(bytes, start, at, segment, 0, segment.length);
        if (!fits) {
          return false;
        }
      }
      return at == to;
    }
  }
}
