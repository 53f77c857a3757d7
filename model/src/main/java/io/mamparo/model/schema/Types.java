package io.mamparo.model.schema;

import io.mamparo.model.Finding;
import io.mamparo.model.yaml.Node;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Types made of others, and names and paths. Stateless. */
final class Types {
  private Types() {}

  /** A list in square brackets or one item a line, no item twice when they are names. */
  static <T> Type<List<T>> list(Type<T> item, String example) {
    return new ListType<>(item, example);
  }

  private record ListType<T>(Type<T> item, String example) implements Type<List<T>> {
    @Override
    public @Nullable List<T> read(Node node, String where, Reading reading) {
      if (!(node instanceof Node.Sequence list)) {
        reading.report(node, where + " takes a list such as " + example);
        return null;
      }
      List<T> read = new ArrayList<>();
      for (Node each : list.items()) {
        T value = item.read(each, where, reading);
        if (value != null) {
          read.add(value);
        }
      }
      return read.size() == list.items().size() ? read : null;
    }

    @Override
    public String describe() {
      return "list: " + item.describe();
    }

    @Override
    public List<Section<?>> sections() {
      return item.sections();
    }
  }

  /** Names the user chooses, each with a section; other places of the file may use the names. */
  static <T> Type<Map<String, T>> named(Reading.Kind kind, Section<T> section) {
    return new NamedType<>(kind, section);
  }

  private record NamedType<T>(Reading.Kind kind, Section<T> section)
      implements Type<Map<String, T>> {
    /** For a name that is refused, so that the rest of its section is read all the same. */
    private static final String STAND_IN = "x";

    @Override
    public @Nullable Map<String, T> read(Node node, String place, Reading reading) {
      if (node instanceof Node.Text text && text.isNull()) {
        return Map.of();
      }
      if (!(node instanceof Node.Mapping mapping)) {
        reading.report(node, place + " takes names, each with its own keys");
        return null;
      }
      Map<String, T> read = new LinkedHashMap<>();
      for (Node.Entry entry : mapping.entries()) {
        String name = entry.key().text();
        boolean good = declare(entry.key(), reading);
        String where = kind.word + " " + Finding.shown(name);
        T value = section.read(entry.value(), good ? name : STAND_IN, where, reading);
        if (value != null) {
          read.put(name, value);
        }
      }
      return read.size() == mapping.entries().size() ? read : null;
    }

    private boolean declare(Node.Text name, Reading reading) {
      reading.declare(kind, name.text());
      boolean good = name.text().matches(kind.form);
      if (!good) {
        reading.reportText(
            name,
            "\""
                + Finding.shown(name.text())
                + "\" is no name for a "
                + kind.word
                + ": expected "
                + kind.expected);
      }
      return good;
    }

    @Override
    public String describe() {
      return "names, each with " + section.describe();
    }

    @Override
    public List<Section<?>> sections() {
      return section.sections();
    }
  }

  /** Keys of a certain form, each with a value of one type. */
  static <T> Type<Map<String, T>> map(
      String description, String form, String expected, Type<T> value) {
    return new MapType<>(description, form, expected, value);
  }

  private record MapType<T>(String description, String form, String expected, Type<T> value)
      implements Type<Map<String, T>> {
    @Override
    public @Nullable Map<String, T> read(Node node, String where, Reading reading) {
      if (!(node instanceof Node.Mapping mapping)) {
        reading.report(node, where + " takes " + description + ", each with a value");
        return null;
      }
      Map<String, T> read = new LinkedHashMap<>();
      for (Node.Entry entry : mapping.entries()) {
        String key = entry.key().text();
        boolean good = key.matches(form);
        if (!good) {
          reading.reportText(
              entry.key(),
              "\"" + Finding.shown(key) + "\" is no key for " + where + ": expected " + expected);
        }
        T each = value.read(entry.value(), key + " of " + where, reading);
        if (good && each != null) {
          read.put(key, each);
        }
      }
      return read.size() == mapping.entries().size() ? read : null;
    }

    @Override
    public String describe() {
      return description + ", each with " + value.describe();
    }

    @Override
    public List<Section<?>> sections() {
      return value.sections();
    }
  }

  /** The value, or {@code off}. */
  static <T> Type<Optional<T>> offOr(Type<T> type) {
    return new OffOrType<>(type);
  }

  @SuppressWarnings("NullableOptional") // empty means off, null means that there are findings
  private record OffOrType<T>(Type<T> type) implements Type<Optional<T>> {
    @Override
    public @Nullable Optional<T> read(Node node, String where, Reading reading) {
      if (node instanceof Node.Text text && text.text().equals("off")) {
        return Optional.empty();
      }
      if (node instanceof Node.Text text && text.text().matches("no|false|none|disabled")) {
        reading.reportUnknown(text, where + " is switched off with off, not \"%s\"", Set.of());
        return null;
      }
      T value = type.read(node, where, reading);
      return value == null ? null : Optional.of(value);
    }

    @Override
    public String describe() {
      return "`off` or " + type.describe();
    }

    @Override
    public List<Section<?>> sections() {
      return type.sections();
    }
  }

  /** The name of a service or database that the file declares somewhere. */
  static Type<String> nameOf(Reading.Kind kind) {
    return new NameType(kind);
  }

  private record NameType(Reading.Kind kind) implements Type<String> {
    @Override
    public @Nullable String read(Node node, String where, Reading reading) {
      Node.Text text = Scalar.single(node, where, describe(), reading);
      if (text == null) {
        return null;
      }
      reading.use(kind, text);
      return text.text().matches(kind.form) ? text.text() : null;
    }

    @Override
    public String describe() {
      return "name of a " + kind.word;
    }
  }

  /** No item twice. */
  static <T> Type<List<T>> distinct(Type<List<T>> list) {
    return new Type<>() {
      @Override
      public @Nullable List<T> read(Node node, String where, Reading reading) {
        List<T> read = list.read(node, where, reading);
        Set<Object> seen = new HashSet<>();
        for (int i = 0; read != null && i < read.size(); i++) {
          if (!seen.add(read.get(i)) && node instanceof Node.Sequence items) {
            reading.report(items.items().get(i), where + " has \"" + read.get(i) + "\" twice");
          }
        }
        return read == null || seen.size() < read.size() ? null : read;
      }

      @Override
      public String describe() {
        return list.describe();
      }
    };
  }

  /** A file that exists, relative to the stack file. */
  static Type<Path> file() {
    return new PathType("file");
  }

  /** A directory that exists, relative to the stack file. */
  static Type<Path> directory() {
    return new PathType("directory");
  }

  private record PathType(String what) implements Type<Path> {
    @Override
    public @Nullable Path read(Node node, String where, Reading reading) {
      Node.Text text = Scalar.single(node, where, describe(), reading);
      String written = text == null ? null : Texts.expand(text, reading);
      if (text == null || written == null) {
        return null;
      }
      try {
        Path path = reading.baseDirectory().resolve(written).normalize();
        boolean there = what.equals("file") ? Files.isRegularFile(path) : Files.isDirectory(path);
        if (there) {
          return path;
        }
        reading.reportText(
            text, where + ": there is no " + what + " " + Finding.shown(text.text()));
      } catch (InvalidPathException e) {
        reading.reportText(text, where + ": not a valid path");
      }
      return null;
    }

    @Override
    public String describe() {
      return "path of a " + what;
    }
  }
}
