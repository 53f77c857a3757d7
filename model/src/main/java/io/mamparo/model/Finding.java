package io.mamparo.model;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a stack file. Shows no secret: a password in an URL is masked, and
 * what came from an environment variable or a secret file is never part of it.
 *
 * @param file as the user named it
 * @param line from 1
 * @param column in characters, from 1
 * @param text the offending text as it is written, or empty when that could be a secret
 * @param message what is wrong, with the text where it helps
 * @param nearest the known key or name that was probably meant
 */
public record Finding(
    String file, int line, int column, String text, String message, @Nullable String nearest)
    implements Comparable<Finding> {
  private static final int LONGEST_TEXT = 80;
  private static final Comparator<Finding> BY_POSITION =
      Comparator.comparingInt(Finding::line)
          .thenComparingInt(Finding::column)
          .thenComparing(Finding::message);

  public Finding {
    text = shown(text);
    message = onOneLine(message);
  }

  /** {@code text} as it may be shown: masked, on one line and not too long. */
  public static String shown(String text) {
    String masked = text.replaceAll("(://[^:/@\\s]*:)\\S*@", "$1***@");
    String line = onOneLine(masked);
    return line.length() <= LONGEST_TEXT
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST_TEXT / 2)) + "…";
  }

  private static String onOneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ").strip();
  }

  @Override
  public int compareTo(Finding other) {
    return BY_POSITION.compare(this, other);
  }

  /** {@code mamparo.yaml:12:5: unknown key "replica" in service cars; did you mean "replicas"?}. */
  @Override
  public String toString() {
    String question = nearest == null ? "" : "; did you mean \"" + nearest + "\"?";
    return file + ":" + line + ":" + column + ": " + message + question;
  }
}
