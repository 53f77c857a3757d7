package io.mamparo.model.schema;

import io.mamparo.model.Address;
import io.mamparo.model.ByteSize;
import io.mamparo.model.DurationText;
import io.mamparo.model.Finding;
import io.mamparo.model.Listen;
import io.mamparo.model.Percentage;
import io.mamparo.model.Rate;
import io.mamparo.model.SloSpec;
import io.mamparo.model.yaml.Node;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A single value, in which {@code ${NAME}} is replaced before it is parsed.
 *
 * @param description for the documentation
 * @param parse throws {@link IllegalArgumentException} for what it does not understand
 */
record Scalar<T>(String description, Function<String, T> parse) implements Type<T> {
  static final Scalar<Duration> DURATION = new Scalar<>("duration", DurationText::parse);
  static final Scalar<Percentage> PERCENTAGE = new Scalar<>("percentage", Percentage::parse);
  static final Scalar<Rate> RATE = new Scalar<>("rate", Rate::parse);
  static final Scalar<ByteSize> SIZE = new Scalar<>("size", ByteSize::parse);
  static final Scalar<String> TEXT = new Scalar<>("text", text -> text);
  static final Scalar<SloSpec.Latency> LATENCY =
      new Scalar<>("percentage `under` duration", SloSpec.Latency::parse);

  /** A whole number in a range. */
  static Scalar<Integer> integer(int low, int high) {
    String expected = "expected a whole number from " + low + " to " + high;
    return new Scalar<>(
        "number",
        text -> {
          boolean form = text.matches("\\d{1,9}");
          int value = form ? Integer.parseInt(text) : -1;
          if (value < low || value > high) {
            throw new IllegalArgumentException(expected);
          }
          return value;
        });
  }

  /** Text of a certain form. */
  static Scalar<String> matching(String description, String pattern, String expected) {
    return new Scalar<>(
        description,
        text -> {
          if (!text.matches(pattern)) {
            throw new IllegalArgumentException("expected " + expected);
          }
          return text;
        });
  }

  /** The address of a listener whose default port is {@code port}. */
  static Type<Listen> listen(int port) {
    Scalar<Address> address = new Scalar<>("address", Address::parse);
    return new Type<>() {
      @Override
      public @Nullable Listen read(Node node, String where, Reading reading) {
        Address read = address.read(node, where, reading);
        if (read == null) {
          return null;
        }
        reading.claim(read, where, node);
        return new Listen(read, port);
      }

      @Override
      public String describe() {
        return address.describe();
      }
    };
  }

  /** One of a few words. */
  static <E extends Enum<E>> Scalar<E> oneOf(Class<E> type) {
    List<E> constants = Arrays.asList(type.getEnumConstants());
    String words = constants.stream().map(Shown::word).collect(Collectors.joining(", "));
    return new Scalar<>(
        "one of " + words,
        text -> {
          Optional<E> found =
              constants.stream().filter(constant -> Shown.word(constant).equals(text)).findFirst();
          return found.orElseThrow(() -> new IllegalArgumentException("expected one of " + words));
        });
  }

  @Override
  public @Nullable T read(Node node, String where, Reading reading) {
    Node.Text text = single(node, where, description, reading);
    String value = text == null ? null : Texts.expand(text, reading);
    if (text == null || value == null) {
      return null;
    }
    try {
      return parse.apply(value);
    } catch (IllegalArgumentException e) {
      String shown = Finding.shown(text.text());
      reading.reportText(
          text, "\"" + shown + "\" is no value for " + where + ": " + e.getMessage());
      return null;
    }
  }

  /** The node as one value, or a finding. */
  static Node.@Nullable Text single(Node node, String where, String expected, Reading reading) {
    if (!(node instanceof Node.Text text)) {
      reading.report(node, where + " takes a single value (" + expected + ")");
      return null;
    }
    if (text.isNull()) {
      reading.report(node, where + " has no value; expected: " + expected);
      return null;
    }
    return text;
  }

  @Override
  public String describe() {
    return description;
  }
}
