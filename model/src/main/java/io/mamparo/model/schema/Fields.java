package io.mamparo.model.schema;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of one section of a file, by key. Belongs to the thread that reads the file. */
final class Fields {
  private final Map<Key<?>, Object> values = new HashMap<>();
  private final String name;
  private final Path baseDirectory;

  /** Of the section {@code name} in a file that stands in {@code baseDirectory}. */
  Fields(String name, Path baseDirectory) {
    this.name = name;
    this.baseDirectory = baseDirectory;
  }

  void put(Key<?> key, Object value) {
    values.put(key, value);
  }

  boolean has(Key<?> key) {
    return values.containsKey(key);
  }

  /** The value or its default; only for keys that are required or have a default. */
  <T> T get(Key<T> key) {
    T value = find(key);
    if (value == null) {
      throw new IllegalStateException("neither value nor default: " + key.name());
    }
    return value;
  }

  /** The value, or its default, or nothing. */
  @SuppressWarnings("unchecked") // put() is called with what the key's type has read
  <T> @Nullable T find(Key<T> key) {
    T value = (T) values.get(key);
    return value != null ? value : key.fallback();
  }

  /** The key under which the section stands, where that is a name the user chose. */
  String name() {
    return name;
  }

  /** The directory of the stack file. */
  Path baseDirectory() {
    return baseDirectory;
  }
}
