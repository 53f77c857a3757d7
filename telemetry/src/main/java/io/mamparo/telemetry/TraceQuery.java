package io.mamparo.telemetry;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What traces are looked for; all conditions must hold.
 *
 * @param service a span of it is of this service; null: any
 * @param minDuration its entry took at least so long; null: any
 * @param errorsOnly whether a span must have failed
 * @param text a piece of a name, path, statement, endpoint, {@code status=503} or {@code
 *     sqlstate=23505}, in upper or lower case; null: any
 * @param since it started then or later; null: any time
 * @param until it started before; null: any time
 * @param limit how many at most, 1 to 1000
 */
public record TraceQuery(
    @Nullable String service,
    @Nullable Duration minDuration,
    boolean errorsOnly,
    @Nullable String text,
    @Nullable Instant since,
    @Nullable Instant until,
    int limit) {
  /** The newest fifty of all. */
  public static final TraceQuery ALL = new TraceQuery(null, null, false, null, null, null, 50);

  public TraceQuery {
    if (limit < 1 || limit > 1000) {
      throw new IllegalArgumentException("a limit is 1 to 1000");
    }
    if (text != null && text.length() > 200) {
      throw new IllegalArgumentException("a text is at most 200 characters");
    }
  }
}
