package io.mamparo.dbproxy.intern;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The shared statements of one loop, by text and parameter types; the least recently used go when
 * there are too many or they grow too large. What a session still uses lives on without the table.
 * Owned by one event loop.
 */
final class StatementTable {
  private static final int MAX_STATEMENTS = 5_000;
  private static final long MAX_BYTES = 16 << 20;

  private static final class Key {
    byte[] bytes;
    int from;
    int to;
    int hash;

    Key(byte[] bytes, int from, int to, int hash) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
      this.hash = hash;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && hash == key.hash
          && Arrays.equals(bytes, from, to, key.bytes, key.from, key.to);
    }
  }

  private final int loop;
  private final Key probe = new Key(new byte[0], 0, 0, 0);
  private final LinkedHashMap<Key, SharedStatement> statements =
      new LinkedHashMap<>(64, 0.75f, true);
  private long bytes;
  private long next;

  StatementTable(int loop) {
    this.loop = loop;
  }

  @org.jspecify.annotations.Nullable
  SharedStatement find(byte[] body, int from, int to, int hash) {
    probe.bytes = body;
    probe.from = from;
    probe.to = to;
    probe.hash = hash;
    SharedStatement found = statements.get(probe);
    return found == null || found.retired() ? null : found;
  }

  SharedStatement add(
      byte[] body, int hash, io.mamparo.dbproxy.Fingerprint fingerprint, int traits) {
    byte[] name =
        ("mamparo_" + Integer.toString(loop, 36) + "_" + Long.toString(next++, 36))
            .getBytes(StandardCharsets.US_ASCII);
    SharedStatement statement = new SharedStatement(name, body, fingerprint, traits);
    SharedStatement old = statements.put(new Key(body, 0, body.length, hash), statement);
    bytes += body.length - (old == null ? 0 : old.body().length);
    var eldest = statements.entrySet().iterator();
    while (statements.size() > MAX_STATEMENTS || (bytes > MAX_BYTES && statements.size() > 1)) {
      Map.Entry<Key, SharedStatement> entry = eldest.next();
      bytes -= entry.getValue().body().length;
      eldest.remove();
    }
    return statement;
  }
}
