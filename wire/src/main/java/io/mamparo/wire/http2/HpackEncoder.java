package io.mamparo.wire.http2;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Encodes header blocks of one connection (RFC 7541). Owned by one loop.
 *
 * <p>Fields that repeat are added to the dynamic table and cost one byte from then on. Fields that
 * are different each time would only push those out; secrets are marked so that nobody on the way
 * adds them either. Strings are written as they are: decoding Huffman costs more than it saves.
 */
public final class HpackEncoder {
  private static final int INDEXED = 0x80;
  private static final int ADDED = 0x40;
  private static final int PASSING = 0x00;
  private static final int SECRET = 0x10;

  /** A longer field is not worth its place in the table. */
  private static final int MOST = 512;

  private static final int SLOTS = 256;
  private static final int SHORT_NAME = 64;
  private static final Set<String> SECRETS =
      Set.of("authorization", "proxy-authorization", "set-cookie", "cookie");
  private static final Set<String> CHANGING =
      Set.of(
          ":path",
          "content-length",
          "etag",
          "age",
          "location",
          "content-range",
          "range",
          "last-modified",
          "if-match",
          "if-none-match",
          "if-modified-since",
          "traceparent",
          "tracestate",
          "x-amzn-trace-id",
          "x-request-id",
          "x-request-deadline",
          "x-forwarded-for",
          "forwarded",
          "grpc-timeout");

  /** A name that something is known of. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Known(byte[] name, int index, int how) {}

  private static final Known[] NAMES = new Known[SLOTS];

  static {
    for (int i = StaticTable.SIZE; i > 0; i--) {
      know(StaticTable.name(i), i);
    }
    CHANGING.forEach(name -> know(name, 0));
  }

  private static void know(String text, int index) {
    byte[] name = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    int slot = slot(hash(name, 0, name.length));
    while (NAMES[slot] != null && !Arrays.equals(NAMES[slot].name, name)) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    int how = SECRETS.contains(text) ? SECRET : CHANGING.contains(text) ? PASSING : ADDED;
    // Of several entries with the same name the first in the table wins.
    int best = NAMES[slot] != null && index == 0 ? NAMES[slot].index : index;
    NAMES[slot] = new Known(name, best, how);
  }

  private final DynamicTable table = new DynamicTable(Frame.TABLE);

  /** By the hash of a field, and of a name: the number of the last entry, plus one. */
  private final int[] fields = new int[SLOTS];

  private final int[] names = new int[SLOTS];

  /** The name in lower case, and the value behind it. */
  private byte[] text = new byte[256];

  private int smallest = -1;

  /** The other side changes its HEADER_TABLE_SIZE. */
  void limit(long to) {
    int wanted = (int) Math.min(to, Frame.TABLE);
    if (wanted != table.limit() || smallest >= 0) {
      smallest = smallest < 0 ? wanted : Math.min(smallest, wanted);
      table.limit(wanted);
    }
  }

  /** Begins a block; nothing may be encoded for another block until this one is sent. */
  public void begin(Block out) {
    out.reset();
    if (smallest >= 0) {
      out.number(0x20, 5, smallest);
      if (smallest != table.limit()) {
        out.number(0x20, 5, table.limit());
      }
      smallest = -1;
    }
  }

  /** {@code :status}. */
  public void status(Block out, int status) {
    int index =
        switch (status) {
          case 200 -> StaticTable.STATUS;
          case 204 -> StaticTable.STATUS + 1;
          case 206 -> StaticTable.STATUS + 2;
          case 304 -> StaticTable.STATUS + 3;
          case 400 -> StaticTable.STATUS + 4;
          case 404 -> StaticTable.STATUS + 5;
          case 500 -> StaticTable.STATUS + 6;
          default -> 0;
        };
    if (index > 0) {
      out.number(INDEXED, 7, index);
      return;
    }
    out.number(PASSING, 4, StaticTable.STATUS);
    out.ensure(4);
    out.add(3);
    out.add('0' + status / 100);
    out.add('0' + status / 10 % 10);
    out.add('0' + status % 10);
  }

  /** {@code :scheme}. */
  public void scheme(Block out, boolean secure) {
    out.number(INDEXED, 7, secure ? StaticTable.SCHEME_HTTPS : StaticTable.SCHEME_HTTP);
  }

  /** {@code :method}. */
  public void method(Block out, byte[] b, int from, int to) {
    int length = to - from;
    if (length == 3 && b[from] == 'G' && b[from + 1] == 'E' && b[from + 2] == 'T') {
      out.number(INDEXED, 7, StaticTable.METHOD_GET);
    } else if (length == 4 && b[from] == 'P' && b[from + 1] == 'O' && b[from + 2] == 'S') {
      out.number(INDEXED, 7, StaticTable.METHOD_POST);
    } else {
      out.number(PASSING, 4, StaticTable.METHOD_GET);
      out.string(b, from, to);
    }
  }

  /** {@code :path}. */
  public void path(Block out, byte[] b, int from, int to) {
    out.number(PASSING, 4, StaticTable.PATH);
    out.string(b, from, to);
  }

  private static final byte[] AUTHORITY = StaticTable.BYTES[StaticTable.AUTHORITY];

  /** {@code :authority}. */
  public void authority(Block out, byte[] b, int from, int to) {
    ensure(AUTHORITY.length + to - from);
    System.arraycopy(AUTHORITY, 0, text, 0, AUTHORITY.length);
    System.arraycopy(b, from, text, AUTHORITY.length, to - from);
    int end = AUTHORITY.length + to - from;
    field(out, AUTHORITY.length, end, hash(text, 0, AUTHORITY.length));
  }

  /**
   * Encodes the lines {@code name: value CRLF} in {@code [from, to)}, up to an empty one. Names may
   * be in any case.
   */
  public void lines(Block out, byte[] b, int from, int to) {
    int i = from;
    while (i < to && b[i] != '\r') {
      int line = i;
      int hash = 0;
      ensure(SHORT_NAME);
      int name = 0;
      byte c = b[i];
      while (c != ':') {
        if (name == text.length) {
          ensure(name + 1);
        }
        byte lower = c >= 'A' && c <= 'Z' ? (byte) (c | 0x20) : c;
        text[name++] = lower;
        hash = hash * 31 + lower;
        c = b[++i];
      }
      i++;
      while (b[i] == ' ' || b[i] == '\t') {
        i++;
      }
      int value = i;
      while (b[i] != '\r') {
        i++;
      }
      int stop = i;
      while (stop > value && (b[stop - 1] == ' ' || b[stop - 1] == '\t')) {
        stop--;
      }
      ensure(i - line + 1);
      System.arraycopy(b, value, text, name, stop - value);
      field(out, name, name + stop - value, hash);
      i += 2;
    }
  }

  /** Encodes the field whose name and value stand in {@code text}. */
  private void field(Block out, int name, int end, int nameHash) {
    Known known = known(name, nameHash);
    int how = known == null ? ADDED : known.how;
    if (how == ADDED && end <= MOST && table.limit() > 0) {
      int hash = nameHash;
      for (int i = name; i < end; i++) {
        hash = hash * 31 + text[i];
      }
      int slot = slot(hash);
      int entry = fields[slot] - 1;
      if (same(entry, name, end)) {
        out.number(INDEXED, 7, StaticTable.SIZE + table.next() - entry);
        return;
      }
      literal(out, ADDED, 6, known, name, end, nameHash);
      fields[slot] = table.next() + 1;
      names[slot(nameHash)] = table.next() + 1;
      table.add(text, 0, name, end - name, 0);
      return;
    }
    literal(out, how == ADDED ? PASSING : how, 4, known, name, end, nameHash);
  }

  private void literal(
      Block out, int first, int bits, @Nullable Known known, int name, int end, int nameHash) {
    int index = known == null ? 0 : known.index;
    if (index == 0) {
      int entry = names[slot(nameHash)] - 1;
      if (named(entry, name)) {
        index = StaticTable.SIZE + table.next() - entry;
      }
    }
    out.number(first, bits, index);
    if (index == 0) {
      out.string(text, 0, name);
    }
    out.string(text, name, end);
  }

  private @Nullable Known known(int name, int nameHash) {
    int slot = slot(nameHash);
    Known known = NAMES[slot];
    while (known != null) {
      if (known.name.length == name && Arrays.equals(known.name, 0, name, text, 0, name)) {
        return known;
      }
      slot = (slot + 1) & (SLOTS - 1);
      known = NAMES[slot];
    }
    return null;
  }

  private boolean same(int entry, int name, int end) {
    return named(entry, name)
        && table.value(entry) == end - name
        && equal(table.start(entry) + name, name, end);
  }

  private boolean named(int entry, int name) {
    return entry >= 0
        && table.has(entry)
        && table.name(entry) == name
        && equal(table.start(entry), 0, name);
  }

  private boolean equal(int start, int from, int to) {
    return Arrays.equals(table.bytes(), start, start + to - from, text, from, to);
  }

  private void ensure(int size) {
    if (size > text.length) {
      text = Arrays.copyOf(text, Math.max(size, text.length * 2));
    }
  }

  private static int hash(byte[] b, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + b[i];
    }
    return hash;
  }

  private static int slot(int hash) {
    int mixed = hash * 0x9e3779b9;
    return mixed >>> (Integer.SIZE - Integer.numberOfTrailingZeros(SLOTS));
  }
}
