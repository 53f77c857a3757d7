package io.mamparo.model.schema;

import io.mamparo.model.Address;
import io.mamparo.model.Finding;
import io.mamparo.model.Reference;
import io.mamparo.model.yaml.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One file while it is read: what was found, and what is checked when all of it has been read.
 * Belongs to the thread that reads the file.
 */
public final class Reading {
  static final String ROOT = "the stack file";

  private static final int MOST_FINDINGS = 200;

  private final String file;
  private final Path baseDirectory;
  private final Map<String, String> environment;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<Kind, Set<String>> declared = new EnumMap<>(Kind.class);
  private final List<Use> uses = new ArrayList<>();
  private final List<Located> references = new ArrayList<>();
  private final Map<Address, String> ports = new HashMap<>();
  private int more;

  /** What names are given to. */
  enum Kind {
    DATABASE(
        "database",
        "databases",
        "[a-z][a-z0-9_-]{0,39}",
        "1 to 40 lower-case letters, digits, '-' and '_', beginning with a letter"),
    SERVICE(
        "service",
        "services",
        "[a-z]([a-z0-9-]{0,38}[a-z0-9])?",
        "1 to 40 lower-case letters, digits and '-', beginning with a letter");

    final String word;
    final String key;
    final String form;
    final String expected;

    Kind(String word, String key, String form, String expected) {
      this.word = word;
      this.key = key;
      this.form = form;
      this.expected = expected;
    }
  }

  /** A name that must be declared somewhere in the file. */
  private record Use(Kind kind, String name, Node.Text at) {}

  /** A reference and the text it stands in. */
  record Located(Reference reference, Node.Text at) {}

  /**
   * For one file.
   *
   * @param file as the user named it
   * @param baseDirectory what relative paths in it are relative to; absolute
   * @param environment for {@code ${NAME}}
   */
  public Reading(String file, Path baseDirectory, Map<String, String> environment) {
    this.file = file;
    this.baseDirectory = baseDirectory;
    this.environment = Map.copyOf(environment);
    for (Kind kind : Kind.values()) {
      declared.put(kind, new TreeSet<>());
    }
  }

  /** What was found, in the order of the file. */
  public List<Finding> findings() {
    List<Finding> sorted = new ArrayList<>(findings.stream().sorted().distinct().toList());
    if (more > 0 && !sorted.isEmpty()) {
      Finding last = sorted.getLast();
      String message = "and " + more + " more; correct these first";
      sorted.add(new Finding(file, last.line(), last.column(), "", message, null));
    }
    return sorted;
  }

  /** How many findings there are so far. */
  int count() {
    return findings.size() + more;
  }

  Path baseDirectory() {
    return baseDirectory;
  }

  @Nullable String environment(String name) {
    return environment.get(name);
  }

  Collection<String> environmentNames() {
    return environment.keySet();
  }

  void report(Node at, String message) {
    report(at, at.column(), "", message, null);
  }

  /** Reports a text that may be shown. */
  void reportText(Node.Text at, String message) {
    report(at, at.column(), at.text(), message, null);
  }

  /** Reports a part of a text, {@code offset} characters behind its start. */
  void reportPart(Node.Text at, int offset, String part, String message, @Nullable String nearest) {
    boolean known = at.style() != Node.Text.Style.BLOCK;
    int quote = at.style() == Node.Text.Style.QUOTED ? 1 : 0;
    int column = known ? at.column() + at.text().codePointCount(0, offset) + quote : at.column();
    report(at, column, part, message, nearest);
  }

  /** Reports a word that is none of the known ones; {@code %s} in the message is the word. */
  void reportUnknown(Node.Text at, String message, Collection<String> known) {
    String nearest = Nearest.to(at.text(), known);
    String list =
        nearest == null && !known.isEmpty() && known.size() <= 32
            ? "; known: " + String.join(", ", known)
            : "";
    String shown = message.replace("%s", Finding.shown(at.text())) + list;
    report(at, at.column(), at.text(), shown, nearest);
  }

  void reportUnknownCall(
      Node.Text at, Reference.CallUrl call, String where, Collection<String> calls) {
    String nearest = Nearest.to(call.service(), calls);
    String message = call + " in " + where + ", which has no " + call.service() + " in its calls";
    report(
        at,
        at.column(),
        at.text(),
        message,
        nearest == null ? null : "{calls." + nearest + ".url}");
  }

  private void report(Node at, int column, String text, String message, @Nullable String nearest) {
    if (findings.size() < MOST_FINDINGS) {
      findings.add(new Finding(file, at.line(), column, text, message, nearest));
    } else {
      more++;
    }
  }

  void declare(Kind kind, String name) {
    names(kind).add(name);
  }

  /** A name that {@link #finish} looks for among the declared ones. */
  void use(Kind kind, Node.Text at) {
    uses.add(new Use(kind, at.text(), at));
  }

  void refer(Reference reference, Node.Text at) {
    references.add(new Located(reference, at));
  }

  /** The references since the last call. */
  List<Located> takeReferences() {
    List<Located> taken = List.copyOf(references);
    references.clear();
    return taken;
  }

  /** Two listeners cannot share an address. */
  void claim(Address address, String owner, Node at) {
    String first = ports.putIfAbsent(address, owner);
    if (first != null) {
      report(at, owner + ": port " + address.port() + " is taken by " + first);
    }
  }

  /** Checks what needs the whole file. */
  public void finish() {
    for (Use use : uses) {
      Set<String> names = names(use.kind());
      if (!names.contains(use.name())) {
        String none = names.isEmpty() ? "; " + use.kind().key + " has no entries" : "";
        reportUnknown(use.at(), "there is no " + use.kind().word + " \"%s\"" + none, names);
      }
    }
  }

  private Set<String> names(Kind kind) {
    return declared.computeIfAbsent(kind, k -> new TreeSet<>());
  }
}
