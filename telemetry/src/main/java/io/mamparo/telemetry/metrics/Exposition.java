package io.mamparo.telemetry.metrics;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Writes the Prometheus text format, version 0.0.4. Belongs to one thread. The samples of a family
 * must follow its {@link #family} line; a family is named once.
 */
public final class Exposition {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  private final StringBuilder out = new StringBuilder(16 << 10);

  /** Begins a family: {@code type} is counter, gauge or histogram. */
  public Exposition family(String name, String type, String help) {
    requireName(name);
    out.append("# HELP ").append(name).append(' ');
    escape(help, false);
    out.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /** A sample; label names and values alternate. */
  public Exposition sample(String name, double value, String... labels) {
    head(name, labels);
    number(value);
    out.append('\n');
    return this;
  }

  /** As above. */
  public Exposition sample(String name, long value, String... labels) {
    head(name, labels);
    out.append(value).append('\n');
    return this;
  }

  private void head(String name, String... labels) {
    out.append(name);
    if (labels.length > 0) {
      char separator = '{';
      for (int i = 0; i < labels.length; i += 2) {
        out.append(separator).append(labels[i]).append("=\"");
        escape(labels[i + 1], true);
        out.append('"');
        separator = ',';
      }
      out.append('}');
    }
    out.append(' ');
  }

  /** A sample with a set of labels. */
  public Exposition sample(String name, double value, Labels labels) {
    return sample(name, value, flat(labels));
  }

  /** As above. */
  public Exposition sample(String name, long value, Labels labels) {
    return sample(name, value, flat(labels));
  }

  private static String[] flat(Labels labels) {
    String[] flat = new String[labels.names().size() * 2];
    for (int i = 0; i < labels.names().size(); i++) {
      flat[2 * i] = labels.names().get(i);
      flat[2 * i + 1] = labels.values().get(i);
    }
    return flat;
  }

  /** The samples of one histogram of a family; counts are those of each bucket by itself. */
  public Exposition histogram(
      String name, long[] counts, List<String> bounds, double sum, Labels labels) {
    long cumulative = 0;
    for (int i = 0; i < counts.length; i++) {
      cumulative += counts[i];
      sample(name + "_bucket", cumulative, labels.with("le", bounds.get(i)));
    }
    return sample(name + "_sum", sum, labels).sample(name + "_count", cumulative, labels);
  }

  /** A family of one sample without labels. */
  public Exposition single(String name, String type, String help, double value) {
    return family(name, type, help).sample(name, value);
  }

  /** As above. */
  public Exposition single(String name, String type, String help, long value) {
    return family(name, type, help).sample(name, value);
  }

  private void number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      out.append((long) value);
    } else if (Double.isNaN(value)) {
      out.append("NaN");
    } else if (Double.isInfinite(value)) {
      out.append(value > 0 ? "+Inf" : "-Inf");
    } else {
      out.append(value);
    }
  }

  private void escape(String text, boolean quotes) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '"' -> out.append(quotes ? "\\\"" : "\"");
        default -> out.append(c);
      }
    }
  }

  /** Refuses what Prometheus would not take as a metric's or label's name. */
  public static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a metric's name: " + name);
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
