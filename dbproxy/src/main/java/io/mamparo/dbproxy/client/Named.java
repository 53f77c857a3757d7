package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.server.Replies;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session's own names for prepared statements. Owned by one event loop; looking a name up
 * allocates nothing.
 */
final class Named {
  /** One statement under the name its client gave it. */
  static final class Entry implements Replies.Reference {
    private final byte[] name;
    private SharedStatement statement;
    private boolean confirmed;

    private Entry(byte[] name, SharedStatement statement) {
      this.name = name;
      this.statement = statement;
    }

    @Override
    public SharedStatement statement() {
      return statement;
    }

    /** The same statement under another name of the servers'. */
    void statement(SharedStatement fresh) {
      statement = fresh;
    }

    byte[] name() {
      return name;
    }

    /** The client has been told that it exists. */
    boolean confirmed() {
      return confirmed;
    }

    void confirm() {
      confirmed = true;
    }

    boolean named(ByteBuf in, int at, int length) {
      if (length != name.length) {
        return false;
      }
      for (int i = 0; i < length; i++) {
        if (in.getByte(at + i) != name[i]) {
          return false;
        }
      }
      return true;
    }
  }

  private static final class Key {
    private byte[] bytes = new byte[64];
    private int length;
    private int hash;

    void set(ByteBuf in, int at, int length) {
      if (bytes.length < length) {
        bytes = new byte[length];
      }
      in.getBytes(at, bytes, 0, length);
      this.length = length;
      int h = length;
      for (int i = 0; i < length; i++) {
        h = h * 31 + bytes[i];
      }
      hash = h;
    }

    Key copy() {
      Key copy = new Key();
      copy.bytes = Arrays.copyOf(bytes, length);
      copy.length = length;
      copy.hash = hash;
      return copy;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && length == key.length
          && Arrays.equals(bytes, 0, length, key.bytes, 0, length);
    }
  }

  private static final Key PROBE_OF_NOBODY = new Key();

  private Key probe = PROBE_OF_NOBODY;
  private @Nullable Map<Key, Entry> entries;

  @Nullable Entry find(ByteBuf in, int at, int length) {
    if (entries == null) {
      return null;
    }
    probe.set(in, at, length);
    return entries.get(probe);
  }

  Entry add(ByteBuf in, int at, int length, SharedStatement statement) {
    if (entries == null) {
      entries = new HashMap<>();
      probe = new Key();
    }
    probe.set(in, at, length);
    Key key = probe.copy();
    Entry entry = new Entry(ByteBufUtil.getBytes(in, at, length), statement);
    entries.put(key, entry);
    return entry;
  }

  void putBack(Entry entry) {
    if (entries != null) {
      entries.putIfAbsent(key(entry), entry);
    }
  }

  void remove(Entry entry) {
    if (entries != null) {
      entries.remove(key(entry), entry);
    }
  }

  private static Key key(Entry entry) {
    Key key = new Key();
    ByteBuf name = io.netty.buffer.Unpooled.wrappedBuffer(entry.name);
    key.set(name, 0, entry.name.length);
    return key;
  }

  /** The client's name for what servers know under this name; null when there is none. */
  byte @Nullable [] clientName(byte[] serverName) {
    if (entries != null) {
      for (Entry entry : entries.values()) {
        if (Arrays.equals(entry.statement.name(), serverName)) {
          return entry.name;
        }
      }
    }
    return null;
  }

  int size() {
    return entries == null ? 0 : entries.size();
  }

  void clear() {
    entries = null;
  }
}
