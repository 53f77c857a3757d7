package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.mesh.RouteRules.HeaderEdits;
import io.mamparo.wire.http.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes of a complete head's fields, in place, whatever protocol they leave in. Immutable. */
public final class HeaderChanges {
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Line(byte[] line, int name) {}

  private final byte[][] removed;
  private final List<Line> added = new ArrayList<>();

  private HeaderChanges(HeaderEdits edits) {
    List<byte[]> gone = new ArrayList<>();
    edits.remove().forEach(name -> gone.add(name.getBytes(ISO_8859_1)));
    edits.set().keySet().forEach(name -> gone.add(name.getBytes(ISO_8859_1)));
    removed = gone.toArray(byte[][]::new);
    edits.set().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(this::add);
    edits.add().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(this::add);
  }

  /** Null when nothing is changed. */
  static @Nullable HeaderChanges of(HeaderEdits edits) {
    return edits.isEmpty() ? null : new HeaderChanges(edits);
  }

  private void add(Map.Entry<String, String> field) {
    String line = field.getKey() + ": " + field.getValue() + "\r\n";
    added.add(new Line(line.getBytes(ISO_8859_1), field.getKey().length()));
  }

  /** Carries them out. */
  public void apply(Fields fields) {
    if (removed.length > 0) {
      for (int i = 0; i < fields.count(); i++) {
        for (byte[] name : removed) {
          if (fields.named(i, name)) {
            fields.drop(i);
          }
        }
      }
    }
    for (int i = 0; i < added.size(); i++) {
      Line line = added.get(i);
      fields.append(line.line(), line.name());
    }
  }
}
