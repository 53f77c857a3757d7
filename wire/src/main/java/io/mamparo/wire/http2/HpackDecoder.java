package io.mamparo.wire.http2;

import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Field;
import java.util.Arrays;

/** Decodes header blocks of one connection (RFC 7541). Owned by one loop. */
public final class HpackDecoder {
  private static final int INDEXED = 0x80;
  private static final int ADDED = 0x40;
  private static final int RESIZED = 0x20;
  private static final int HUFFMAN = 0x80;
  private static final int SOUND = 0x100;

  /** No number in a block may be larger; the largest that means anything is a table's size. */
  private static final int MOST = 1 << 24;

  private final DynamicTable table;
  private final int largest;

  /** Name and value of a literal field, decoded. */
  private byte[] text = new byte[256];

  private int at;

  /**
   * A decoder.
   *
   * @param largest what the setting HEADER_TABLE_SIZE promised to the other side, in bytes
   */
  public HpackDecoder(int largest) {
    this.largest = largest;
    table = new DynamicTable(largest);
  }

  /**
   * Decodes one block, whole.
   *
   * @return false when the block is malformed, after which the connection is of no more use
   */
  public boolean decode(byte[] b, int from, int to, FieldSink sink) {
    at = from;
    boolean begun = false;
    while (at < to) {
      int first = b[at] & 0xff;
      boolean fine;
      if ((first & INDEXED) != 0) {
        fine = indexed(b, to, sink);
        begun = true;
      } else if ((first & (ADDED | RESIZED)) == RESIZED) {
        fine = !begun && resize(b, to);
      } else {
        fine = literal(b, to, (first & ADDED) != 0, sink);
        begun = true;
      }
      if (!fine) {
        return false;
      }
    }
    return true;
  }

  private boolean indexed(byte[] b, int to, FieldSink sink) {
    int index = number(b, to, 7);
    if (index <= 0) {
      return false;
    }
    if (index <= StaticTable.SIZE) {
      byte[] entry = StaticTable.BYTES[index];
      int name = StaticTable.NAME[index];
      sink.field(entry, 0, name, entry.length - name, StaticTable.KNOWN[index], true);
      return true;
    }
    int entry = table.next() - (index - StaticTable.SIZE);
    if (!table.has(entry)) {
      return false;
    }
    int mark = table.mark(entry);
    sink.field(
        table.bytes(),
        table.start(entry),
        table.name(entry),
        table.value(entry),
        Field.of(mark & 0xff),
        (mark & SOUND) != 0);
    return true;
  }

  private boolean resize(byte[] b, int to) {
    int size = number(b, to, 5);
    if (size < 0 || size > largest) {
      return false;
    }
    table.limit(size);
    return true;
  }

  private boolean literal(byte[] b, int to, boolean added, FieldSink sink) {
    int index = number(b, to, added ? 6 : 4);
    if (index < 0) {
      return false;
    }
    int name = index == 0 ? string(b, to, 0) : nameOf(index);
    int end = name < 0 ? -1 : string(b, to, name);
    if (end < 0) {
      return false;
    }
    Field known = Field.named(text, 0, name);
    boolean sound = Ascii.lowerName(text, 0, name) && Ascii.trimmedValue(text, name, end);
    sink.field(text, 0, name, end - name, known, sound);
    if (added) {
      int mark = known.place() | (sound ? SOUND : 0);
      table.add(text, 0, name, end - name, mark);
    }
    return true;
  }

  /** Copies an entry's name, because the entry may be evicted by the one that uses it. */
  private int nameOf(int index) {
    if (index <= StaticTable.SIZE) {
      int length = StaticTable.NAME[index];
      System.arraycopy(StaticTable.BYTES[index], 0, text, 0, length);
      return length;
    }
    int entry = table.next() - (index - StaticTable.SIZE);
    if (!table.has(entry)) {
      return -1;
    }
    int length = table.name(entry);
    ensure(length);
    System.arraycopy(table.bytes(), table.start(entry), text, 0, length);
    return length;
  }

  /** Reads a string to {@code text} from {@code start} on; where it ends there, or -1. */
  private int string(byte[] b, int to, int start) {
    if (at >= to) {
      return -1;
    }
    boolean huffman = (b[at] & HUFFMAN) != 0;
    int length = number(b, to, 7);
    if (length < 0 || length > to - at) {
      return -1;
    }
    int from = at;
    at += length;
    if (huffman) {
      ensure(start + Huffman.most(from, at));
      return Huffman.decode(b, from, at, text, start);
    }
    ensure(start + length);
    System.arraycopy(b, from, text, start, length);
    return start + length;
  }

  private void ensure(int size) {
    if (size > text.length) {
      text = Arrays.copyOf(text, Math.max(size, text.length * 2));
    }
  }

  /** Reads a number with a prefix of so many bits (RFC 7541, 5.1), or -1. */
  private int number(byte[] b, int to, int bits) {
    if (at >= to) {
      return -1;
    }
    int mask = (1 << bits) - 1;
    int n = b[at++] & mask;
    if (n < mask) {
      return n;
    }
    for (int shift = 0; at < to && shift <= 21; shift += 7) {
      int more = b[at++];
      n += (more & 0x7f) << shift;
      if (more >= 0) {
        return n <= MOST ? n : -1;
      }
    }
    return -1;
  }
}
