package io.mamparo.model.schema;

import io.mamparo.model.Address;
import io.mamparo.model.Reference;
import io.mamparo.model.yaml.Node;
import io.mamparo.model.yaml.Node.Entry;
import io.mamparo.model.yaml.Node.Mapping;
import java.util.List;
import java.util.Set;

/** What has to be true between the keys of a service. Stateless. */
final class ServiceChecks {
  static final String NO_SOURCE =
      "says not what it is: give it one of run, image, build, endpoints";

  private static final List<String> SOURCES = List.of("run", "image", "build", "endpoints");
  private static final Set<String> ONLY_OURS =
      Set.of("replicas", "env", "port", "dir", "database", "calls", "restart", "stop-grace");

  /** Names that mean something else on the service map and in faults. */
  private static final Set<String> TAKEN =
      Set.of("ingress", "entry", "visitor", "visitors", "proxy", "console", "mamparo");

  private ServiceChecks() {}

  static void name(Mapping section, String name, String where, Reading reading) {
    if (TAKEN.contains(name)) {
      reading.report(section, where + ": the name \"" + name + "\" is Mamparo's own");
    }
  }

  static void exactlyOneSource(Mapping section, String name, String where, Reading reading) {
    List<Entry> sources =
        section.entries().stream().filter(e -> SOURCES.contains(e.key().text())).toList();
    if (sources.isEmpty()) {
      reading.report(section, where + " " + NO_SOURCE);
      return;
    }
    String first = sources.getFirst().key().text();
    for (Entry more : sources.subList(1, sources.size())) {
      reading.reportText(
          more.key(), where + " has " + first + " already; " + more.key().text() + " is too much");
    }
    for (Entry entry : section.entries()) {
      String key = entry.key().text();
      boolean needsOurs = first.equals("endpoints") && ONLY_OURS.contains(key);
      if (needsOurs || (key.equals("dir") && !first.equals("run"))) {
        reading.reportText(entry.key(), where + ": " + key + " has no meaning with " + first);
      }
    }
  }

  /** A reference needs what it refers to, and a secret must not become an argument. */
  static void references(Mapping section, String name, String where, Reading reading) {
    Node run = section.find("run").orElse(null);
    for (Reading.Located located : reading.takeReferences()) {
      Node.Text at = located.at();
      switch (located.reference()) {
        case Reference.Port p -> {}
        case Reference.Replica r -> {}
        case Reference.Database d -> {
          if (section.find("database").isEmpty()) {
            reading.reportText(at, d + " in " + where + ", which has no database");
          }
          if (d.field().isSecret() && isItemOf(run, at)) {
            reading.reportText(
                at, d + " in run: every user of the machine can see arguments; give it by env");
          }
        }
        case Reference.CallUrl call -> {
          if (!calls(section).contains(call.service())) {
            reading.reportUnknownCall(at, call, where, calls(section));
          }
        }
      }
    }
    if (run instanceof Node.Sequence list) {
      for (Node item : list.items()) {
        if (item instanceof Mapping secret && secret.find("secret").isPresent()) {
          reading.report(
              item, "a secret in run: every user of the machine can see arguments; give it by env");
        }
      }
    }
    calledItself(section, name, where, reading);
  }

  private static boolean isItemOf(@org.jspecify.annotations.Nullable Node run, Node at) {
    return run instanceof Node.Sequence list && list.items().stream().anyMatch(i -> i == at);
  }

  private static void calledItself(Mapping section, String name, String where, Reading reading) {
    if (section.find("calls").orElse(null) instanceof Node.Sequence list) {
      for (Node item : list.items()) {
        if (item instanceof Node.Text text && text.text().equals(name)) {
          reading.reportText(text, where + " calls itself");
        }
      }
    }
  }

  private static List<String> calls(Mapping section) {
    return section.find("calls").orElse(null) instanceof Node.Sequence list
        ? list.items().stream()
            .filter(Node.Text.class::isInstance)
            .map(item -> ((Node.Text) item).text())
            .toList()
        : List.of();
  }

  /** The port a process insists on is taken on this machine. */
  static void port(Mapping section, String name, String where, Reading reading) {
    boolean process = section.find("run").isPresent();
    if (process
        && section.find("port").orElse(null) instanceof Node.Text text
        && text.text().matches("[1-9]\\d{0,4}")
        && Integer.parseInt(text.text()) <= 65535) {
      reading.claim(new Address(Address.LOOPBACK, Integer.parseInt(text.text())), where, text);
    }
  }
}
