package io.mamparo.load.run;

import io.mamparo.load.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * How a request ended.
 *
 * @param label what to count it under: a status such as 200, an SQLSTATE, or the error in words
 * @param error null when there was an answer
 */
public record Outcome(boolean ok, String label, @Nullable ErrorKind error) {
  /** There was an answer. */
  public static Outcome answered(boolean ok, String label) {
    return new Outcome(ok, label, null);
  }

  /** There was none. */
  public static Outcome failed(ErrorKind error) {
    return new Outcome(false, error.text(), error);
  }
}
