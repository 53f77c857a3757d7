package io.mamparo.load;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with placeholders: {@code {seq}} is the number of the request in its run, from 0; {@code
 * {random}} a number from 0 to 999 999, drawn from the run's seed. {@code {seq:100}} and {@code
 * {random:100}} give 0 to 99. The same placeholder twice in one request gives the same number.
 * Other braces stay as they are, so that JSON can be written plainly. Immutable.
 */
public final class Template {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(seq|random)(?::(\\d{1,12}))?\\}");
  private static final long DEFAULT_BOUND = 1_000_000;

  private record Hole(boolean random, long bound) {
    long value(long seq, long draw) {
      if (random) {
        return Math.floorMod(draw, bound == 0 ? DEFAULT_BOUND : bound);
      }
      return bound == 0 ? seq : seq % bound;
    }
  }

  private final String source;
  private final List<String> texts = new ArrayList<>();
  private final List<Hole> holes = new ArrayList<>();

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException when a placeholder's bound is 0
   */
  public Template(String source) {
    this.source = source;
    Matcher matcher = PLACEHOLDER.matcher(source);
    int from = 0;
    while (matcher.find()) {
      texts.add(source.substring(from, matcher.start()));
      String bound = matcher.group(2);
      if (bound != null && Long.parseLong(bound) == 0) {
        throw new IllegalArgumentException(matcher.group() + " asks for a number below 0");
      }
      holes.add(
          new Hole(matcher.group(1).equals("random"), bound == null ? 0 : Long.parseLong(bound)));
      from = matcher.end();
    }
    texts.add(source.substring(from));
  }

  /** The text with its placeholders filled in. */
  public String render(long seq, long draw) {
    if (holes.isEmpty()) {
      return source;
    }
    StringBuilder text = new StringBuilder(source.length() + 16);
    for (int i = 0; i < holes.size(); i++) {
      text.append(texts.get(i)).append(holes.get(i).value(seq, draw));
    }
    return text.append(texts.getLast()).toString();
  }

  /** The text with {@code mark} in place of each placeholder. */
  public String withMarks(String mark) {
    return String.join(mark, texts);
  }

  /** The numbers for the placeholders, in order. */
  public long[] values(long seq, long draw) {
    return holes.stream().mapToLong(hole -> hole.value(seq, draw)).toArray();
  }

  @Override
  public String toString() {
    return source;
  }
}
