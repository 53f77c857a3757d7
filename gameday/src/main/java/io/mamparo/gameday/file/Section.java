package io.mamparo.gameday.file;

import io.mamparo.model.DurationText;
import io.mamparo.model.Percentage;
import io.mamparo.model.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A mapping being read. Whatever is wrong becomes a finding, and a stand-in value is returned, so
 * that the rest of the file is read too. One thread.
 */
final class Section {
  private final Node node;
  private final String where;
  private final Findings findings;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Node> keys = new LinkedHashMap<>();

  private Section(Node node, String where, Findings findings) {
    this.node = node;
    this.where = where;
    this.findings = findings;
  }

  /** Reads a mapping; a node of another kind, and every key that is not known, is a finding. */
  static Section of(Node node, String where, Findings findings, Collection<String> known) {
    Section section = new Section(node, where, findings);
    if (!(node instanceof MappingNode mapping)) {
      findings.at(node, where + " takes keys: " + String.join(", ", known));
      return section;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      section.keys.put(key, tuple.getKeyNode());
      section.values.put(key, tuple.getValueNode());
      if (!known.contains(key)) {
        findings.unknown(tuple.getKeyNode(), "unknown key \"" + key + "\" in " + where, key, known);
      }
    }
    return section;
  }

  /** This section's own node. */
  Node node() {
    return node;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** A value's node; the section's own if it is missing. */
  Node at(String key) {
    return values.getOrDefault(key, node);
  }

  void report(String key, String message) {
    findings.at(at(key), message);
  }

  /** A value that must be there and be text. */
  String text(String key) {
    return required(key, Function.identity(), "");
  }

  String text(String key, String fallback) {
    return optional(key, Function.identity(), fallback);
  }

  Duration duration(String key) {
    return required(key, DurationText::parse, Duration.ofSeconds(1));
  }

  Duration duration(String key, Duration fallback) {
    return optional(key, DurationText::parse, fallback);
  }

  @Nullable Duration durationOrNull(String key) {
    return has(key) ? duration(key) : null;
  }

  double share(String key) {
    return required(key, text -> Percentage.parse(text).ratio(), 1.0);
  }

  double share(String key, double fallback) {
    return optional(key, text -> Percentage.parse(text).ratio(), fallback);
  }

  double rate(String key) {
    return required(key, text -> Rate.parse(text).perSecond(), 1.0);
  }

  long number(String key, long fallback, long least, long most) {
    return optional(
        key,
        text -> {
          if (!text.matches("-?\\d{1,18}")) {
            throw new IllegalArgumentException("expected a whole number");
          }
          long value = Long.parseLong(text);
          if (value < least || value > most) {
            throw new IllegalArgumentException("expected " + least + " to " + most);
          }
          return value;
        },
        fallback);
  }

  <T> T required(String key, Function<String, T> read, T standIn) {
    if (!has(key)) {
      findings.at(node, where + " has no key " + key);
      return standIn;
    }
    return optional(key, read, standIn);
  }

  <T> T optional(String key, Function<String, T> read, T fallback) {
    Node value = values.get(key);
    if (value == null) {
      return fallback;
    }
    if (!(value instanceof ScalarNode scalar)) {
      findings.at(value, key + " of " + where + " takes a single value");
      return fallback;
    }
    try {
      return read.apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      findings.at(value, key + " of " + where + ": " + e.getMessage());
      return fallback;
    }
  }

  /** A list's items; none if it is missing. */
  List<Node> items(String key) {
    Node value = values.get(key);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof SequenceNode sequence)) {
      findings.at(value, key + " of " + where + " takes a list");
      return List.of();
    }
    return sequence.getValue();
  }

  /** A list of single values. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (Node item : items(key)) {
      if (item instanceof ScalarNode scalar) {
        texts.add(scalar.getValue());
      } else {
        findings.at(item, key + " of " + where + " takes single values");
      }
    }
    return texts;
  }

  /** A section in this one, which must be there. */
  Section section(String key, Collection<String> known) {
    if (!has(key)) {
      findings.at(node, where + " has no key " + key);
      return new Section(node, key + " of " + where, findings);
    }
    return of(at(key), key + " of " + where, findings, known);
  }

  /** The one key of {@code choices} that is there; a finding and null if it is none or several. */
  @Nullable String oneOf(Collection<String> choices) {
    List<String> found = values.keySet().stream().filter(choices::contains).toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    String list = String.join(", ", choices);
    if (found.size() > 1) {
      findings.at(keys.getOrDefault(found.get(1), node), where + " takes only one of: " + list);
    } else {
      findings.at(node, where + " needs one of: " + list);
    }
    return null;
  }
}
