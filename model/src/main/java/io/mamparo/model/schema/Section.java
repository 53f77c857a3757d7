package io.mamparo.model.schema;

import io.mamparo.model.yaml.Node;
import io.mamparo.model.yaml.Node.Entry;
import io.mamparo.model.yaml.Node.Mapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keys and values that make up one record. Immutable. */
final class Section<T> implements Type<T> {
  private final String path;
  private final String intro;
  private final Map<String, Key<?>> keys = new LinkedHashMap<>();
  private final Function<Fields, T> build;
  private final @Nullable ShortForm<?, T> shortForm;
  private final List<Check> checks;

  /** What is checked between keys; it runs even when some value could not be read. */
  interface Check {
    void run(Mapping section, String name, String where, Reading reading);
  }

  private record ShortForm<S, T>(Type<S> type, Function<S, T> build) {
    @Nullable T read(Node node, String where, Reading reading) {
      S value = type.read(node, where, reading);
      try {
        return value == null ? null : build.apply(value);
      } catch (IllegalArgumentException e) {
        reading.report(node, where + ": " + e.getMessage());
        return null;
      }
    }
  }

  private Section(
      String path,
      String intro,
      List<Key<?>> keys,
      Function<Fields, T> build,
      @Nullable ShortForm<?, T> shortForm,
      List<Check> checks) {
    this.path = path;
    this.intro = intro;
    keys.forEach(key -> this.keys.put(key.name(), key));
    this.build = build;
    this.shortForm = shortForm;
    this.checks = checks;
  }

  /**
   * A section.
   *
   * @param path for the documentation's heading: {@code services.NAME.breaker}
   * @param intro for the documentation: what it is for
   */
  static <T> Section<T> of(
      String path, String intro, List<Key<?>> keys, Function<Fields, T> build) {
    return new Section<>(path, intro, keys, build, null, List.of());
  }

  /** This, or a single value that stands for it. */
  <S> Section<T> orShort(Type<S> type, Function<S, T> from) {
    return new Section<>(
        path, intro, List.copyOf(keys.values()), build, new ShortForm<>(type, from), checks);
  }

  /** This with one more check. */
  Section<T> with(Check check) {
    List<Check> more = new ArrayList<>(checks);
    more.add(check);
    return new Section<>(path, intro, List.copyOf(keys.values()), build, shortForm, more);
  }

  String path() {
    return path;
  }

  String intro() {
    return intro;
  }

  Iterable<Key<?>> keys() {
    return keys.values();
  }

  @Override
  public @Nullable T read(Node node, String where, Reading reading) {
    return read(node, "", where, reading);
  }

  /** As {@link #read}, under a name that the user chose. */
  @Nullable T read(Node node, String name, String where, Reading reading) {
    if (node instanceof Node.Text text && shortForm != null && !text.isNull()) {
      return shortForm.read(node, where, reading);
    }
    Mapping mapping = asMapping(node);
    if (mapping == null) {
      reading.report(node, where + " takes keys: " + String.join(", ", keys.keySet()));
      return null;
    }
    Fields fields = new Fields(name, reading.baseDirectory());
    boolean complete = readKeys(mapping, fields, where, reading);
    int before = reading.count();
    for (Check check : checks) {
      check.run(mapping, name, where, reading);
    }
    return complete && reading.count() == before ? build(mapping, fields, where, reading) : null;
  }

  private static @Nullable Mapping asMapping(Node node) {
    if (node instanceof Mapping mapping) {
      return mapping;
    }
    return node instanceof Node.Text text && text.isNull()
        ? new Mapping(List.of(), node.line(), node.column())
        : null;
  }

  private boolean readKeys(Mapping mapping, Fields fields, String where, Reading reading) {
    boolean complete = true;
    for (Entry entry : mapping.entries()) {
      String name = entry.key().text();
      Key<?> key = keys.get(name);
      if (key == null) {
        reading.reportUnknown(entry.key(), "unknown key \"%s\" in " + where, keys.keySet());
        complete = false;
        continue;
      }
      Object value = key.type().read(entry.value(), inside(name, where), reading);
      complete &= value != null;
      if (value != null) {
        fields.put(key, value);
      }
    }
    for (Key<?> key : keys.values()) {
      if (key.required() && mapping.find(key.name()).isEmpty()) {
        reading.report(mapping, where + " has no key " + key.name());
        complete = false;
      }
    }
    return complete;
  }

  private static String inside(String key, String where) {
    return where.equals(Reading.ROOT) ? key : key + " of " + where;
  }

  /** A record's complaint that starts with the name of a key stands where that key's value does. */
  private @Nullable T build(Mapping mapping, Fields fields, String where, Reading reading) {
    try {
      return build.apply(fields);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      String first = message.substring(0, Math.max(0, message.indexOf(' '))).replace(":", "");
      reading.report(mapping.find(first).orElse(mapping), where + ": " + message);
      return null;
    }
  }

  @Override
  public String describe() {
    String link = "[keys](#" + anchor() + ")";
    return shortForm == null ? link : shortForm.type().describe() + " or " + link;
  }

  /** Of the heading, as GitHub makes it. */
  private String anchor() {
    return path.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9-]", "");
  }

  @Override
  public List<Section<?>> sections() {
    return List.of(this);
  }
}
