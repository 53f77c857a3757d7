package rental.web;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object, each checked when it is asked for. Unknown ones are ignored. */
public final class Fields {
  private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2999-12-31T00:00:00Z");

  private final Map<?, ?> values;

  Fields(Map<?, ?> values) {
    this.values = values;
  }

  /** Whether the field is there. */
  public boolean has(String field) {
    return values.get(field) != null;
  }

  /** A text with a number of characters from {@code least} to {@code most}. */
  public String text(String field, int least, int most) {
    Object value = values.get(field);
    if (value == null && least == 0) {
      return "";
    }
    if (!(value instanceof String text)) {
      throw Failure.field(field, value == null ? "is missing" : "must be a text");
    }
    int length = text.codePointCount(0, text.length());
    if (length < least || length > most || (least > 0 && text.isBlank())) {
      throw Failure.field(field, "must have " + least + " to " + most + " characters");
    }
    if (text.indexOf('\0') >= 0) {
      throw Failure.field(field, "must not hold the character U+0000");
    }
    return text;
  }

  /** A text of a certain form. */
  public String text(String field, Pattern form, String expected) {
    String text = text(field, 1, 1000);
    if (!form.matcher(text).matches()) {
      throw Failure.field(field, "must be " + expected);
    }
    return text;
  }

  /** A whole number. */
  public int number(String field, int least, int most) {
    Object value = values.get(field);
    if (value == null) {
      throw Failure.field(field, "is missing");
    }
    if (!(value instanceof Integer number) || number < least || number > most) {
      throw Failure.field(field, "must be a whole number from " + least + " to " + most);
    }
    return number;
  }

  /** A date, or a date and time; without an offset it is UTC. */
  public Instant time(String field) {
    return time(field, text(field, 1, 64));
  }

  /** As {@link #time(String)}, of a value that stands elsewhere. */
  public static Instant time(String field, String text) {
    Instant time = parsed(text);
    if (time == null || time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
      throw Failure.field(field, "must be an ISO-8601 date such as 2030-06-01T08:00:00Z");
    }
    return time;
  }

  private static @Nullable Instant parsed(String text) {
    try {
      if (text.indexOf('T') < 0) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      boolean offset = text.matches(".*T.*(Z|z|[+-]\\d\\d(:?\\d\\d)?)");
      return offset
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
