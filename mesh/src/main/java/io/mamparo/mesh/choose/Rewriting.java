package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;

/**
 * A path or URL made of a request's: literal text, segments by name, and the rest at its end.
 * Immutable.
 */
final class Rewriting {
  private static final java.util.regex.Pattern NAME =
      java.util.regex.Pattern.compile("\\{[^{}]+\\}");

  /**
   * A part.
   *
   * @param text literal
   * @param segment which segment of the request's path follows it, from 0; -1 for none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Part(byte[] text, int segment) {}

  private final List<Part> parts = new ArrayList<>();

  /** Where in the path the rest begins that is put at the end; -1 for none. */
  private final int rest;

  /**
   * Reads it.
   *
   * @param text with {@code {name}} and a last {@code *}
   * @param route the route's path
   */
  Rewriting(String text, String route) {
    boolean star = text.endsWith("*");
    String plain = star ? text.substring(0, text.length() - 1) : text;
    List<String> segments = List.of(route.substring(Math.min(1, route.length())).split("/", -1));
    Matcher names = NAME.matcher(plain);
    int at = 0;
    while (names.find()) {
      int segment = segments.indexOf(names.group());
      if (segment < 0) {
        throw new IllegalArgumentException(names.group() + " is no segment of " + route);
      }
      parts.add(new Part(plain.substring(at, names.start()).getBytes(ISO_8859_1), segment));
      at = names.end();
    }
    parts.add(new Part(plain.substring(at).getBytes(ISO_8859_1), -1));
    rest = !star ? -1 : route.endsWith("*") ? route.length() - 1 : 0;
  }

  /** Writes what it makes of a request, with its query. */
  void write(RequestHead head, HeadWriter out) {
    byte[] b = head.bytes();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      out.add(part.text());
      if (part.segment() >= 0) {
        segment(head, part.segment(), out);
      }
    }
    if (rest >= 0) {
      out.add(b, Math.min(head.pathStart() + rest, head.pathEnd()), head.pathEnd());
    }
    out.add(b, head.pathEnd(), head.targetEnd());
  }

  private static void segment(RequestHead head, int wanted, HeadWriter out) {
    byte[] b = head.bytes();
    int at = head.pathStart();
    int left = wanted;
    while (at < head.pathEnd()) {
      int start = ++at;
      while (at < head.pathEnd() && b[at] != '/') {
        at++;
      }
      if (left-- == 0) {
        out.add(b, start, at);
        return;
      }
    }
  }
}
