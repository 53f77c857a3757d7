package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Prints what starts and what becomes ready, each once, with the time. Belongs to one thread. */
final class Timeline {
  private final Terminal terminal;
  private final long start = System.nanoTime();
  private final Map<String, String> shown = new HashMap<>();

  Timeline(Terminal terminal) {
    this.terminal = terminal;
  }

  void opening(String file, Path data) {
    terminal.out().println("mamparo: starting " + file + "; state in " + data);
  }

  /** Prints what is new; true when the stack is ready or cannot become so by itself. */
  boolean show(JsonNode status) {
    for (JsonNode resource : status.path("resources")) {
      String kind = resource.path("kind").asText();
      if (kind.equals("database") || kind.equals("service") || kind.equals("proxy")) {
        show(kind, resource);
      }
    }
    boolean ready = status.path("ready").asBoolean();
    if (ready) {
      line(terminal.good("ready"));
    }
    return ready || failed(status);
  }

  private void show(String kind, JsonNode resource) {
    String key = kind + "/" + resource.path("name").asText();
    boolean ready = resource.path("ready").asBoolean();
    String state = ready ? "ready" : resource.path("observed").path("state").asText("waiting");
    if (state.equals(shown.put(key, state))) {
      return;
    }
    String what = String.format(Locale.ROOT, "%-9s %-16s ", kind, resource.path("name").asText());
    String detail =
        ready
            ? resource.path("observed").path("summary").asText("")
            : resource.path("reason").asText("");
    String word =
        switch (state) {
          case "ready" -> terminal.good(state);
          case "failed", "crash-looping" -> terminal.bad(state);
          default -> state;
        };
    line(
        what
            + word
            + (detail.isEmpty() || detail.equals("null") ? "" : "  " + terminal.faint(detail)));
  }

  private void line(String text) {
    double seconds = (System.nanoTime() - start) / 1e9;
    terminal.out().println(String.format(Locale.ROOT, "%6.1f s  %s", seconds, text));
    terminal.out().flush();
  }

  /** Whether something is in a state that it does not leave by itself. */
  static boolean failed(JsonNode status) {
    for (JsonNode resource : status.path("resources")) {
      String state = resource.path("observed").path("state").asText();
      if (state.equals("failed") || state.equals("crash-looping")) {
        return true;
      }
    }
    return false;
  }

  /** Why a stack is not ready, on one line. */
  static String reasons(JsonNode status) {
    StringBuilder words = new StringBuilder();
    for (JsonNode resource : status.path("resources")) {
      String kind = resource.path("kind").asText();
      if (!resource.path("ready").asBoolean()
          && !kind.equals("stack")
          && !resource.path("reason").isNull()) {
        words.append(words.isEmpty() ? "" : "; ");
        words.append(kind).append(' ').append(resource.path("name").asText());
        words.append(": ").append(resource.path("reason").asText());
      }
    }
    return words.isEmpty() ? "no reason is known" : words.toString();
  }

  /** Where everything is. */
  void addresses(JsonNode status) {
    terminal.out().println();
    for (JsonNode resource : status.path("resources")) {
      if (resource.path("kind").asText().equals("listener")) {
        terminal
            .out()
            .println(
                String.format(
                    Locale.ROOT,
                    "  %-15s %s",
                    resource.path("name").asText(),
                    terminal.bold(resource.path("observed").path("url").asText())));
      }
    }
    terminal.out().println();
  }
}
