package io.mamparo.gameday.file;

import io.mamparo.model.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Collects what is wrong with one file, so that all of it can be told at once. One thread. */
final class Findings {
  private final String file;
  private final List<Finding> all = new ArrayList<>();

  Findings(String file) {
    this.file = file;
  }

  void at(Node node, String message) {
    at(node, message, null);
  }

  void unknown(Node node, String message, String word, Collection<String> known) {
    at(node, message, Nearest.to(word, known));
  }

  void at(int line, int column, String message) {
    all.add(new Finding(file, line, column, "", message, null));
  }

  List<Finding> all() {
    return all;
  }

  private void at(Node node, String message, @Nullable String nearest) {
    String text = node instanceof ScalarNode scalar ? scalar.getValue() : "";
    int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    int column = node.getStartMark().map(mark -> mark.getColumn() + 1).orElse(1);
    all.add(new Finding(file, line, column, text, message, nearest));
  }
}
