package io.mamparo.model.yaml;

import java.util.List;
import java.util.Optional;

/** A piece of a YAML document. Immutable. */
public sealed interface Node {
  /** Where it starts, from 1. */
  int line();

  /** Where it starts, in characters from 1. */
  int column();

  /**
   * A scalar; the schema decides what it means.
   *
   * @param style how it is written
   */
  record Text(String text, Style style, int line, int column) implements Node {
    /** How a scalar is written. */
    public enum Style {
      PLAIN,
      QUOTED,
      BLOCK
    }

    /** Whether it is there only in form: {@code key:}, {@code null} or {@code ~}. */
    public boolean isNull() {
      return style == Style.PLAIN && (text.isEmpty() || text.equals("null") || text.equals("~"));
    }
  }

  /** A list. */
  record Sequence(List<Node> items, int line, int column) implements Node {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** Keys with their values, no key twice. */
  record Mapping(List<Entry> entries, int line, int column) implements Node {
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The value of {@code key}. */
    public Optional<Node> find(String key) {
      return entry(key).map(Entry::value);
    }

    /** {@code key} with its value. */
    public Optional<Entry> entry(String key) {
      return entries.stream().filter(entry -> entry.key().text().equals(key)).findFirst();
    }
  }

  /** A key and its value. */
  record Entry(Text key, Node value) {}
}
