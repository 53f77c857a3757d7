package io.mamparo.model.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/** The schema as a reference for people. Stateless. */
final class Markdown {
  private Markdown() {}

  /** A heading and a table for each section, in the order in which they are met. */
  static String of(Section<?> root) {
    StringBuilder out = new StringBuilder();
    Deque<Section<?>> open = new ArrayDeque<>();
    Set<String> seen = new LinkedHashSet<>();
    open.add(root);
    while (!open.isEmpty()) {
      Section<?> section = open.removeFirst();
      if (!seen.add(section.path())) {
        continue;
      }
      section(section, out);
      Deque<Section<?>> inner = new ArrayDeque<>();
      section.keys().forEach(key -> inner.addAll(key.type().sections()));
      inner.descendingIterator().forEachRemaining(open::addFirst);
    }
    return out.toString();
  }

  private static void section(Section<?> section, StringBuilder out) {
    out.append("\n## ").append(section.path().isEmpty() ? "The file" : section.path());
    out.append("\n\n").append(section.intro()).append("\n\n");
    out.append("| key | value | default | meaning |\n|---|---|---|---|\n");
    for (Key<?> key : section.keys()) {
      out.append("| `").append(key.name()).append("` | ");
      out.append(cell(key.type().describe())).append(" | ");
      out.append(cell(key.shown())).append(" | ");
      out.append(cell(key.meaning())).append(" |\n");
    }
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
