package io.mamparo.wire.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a head, as positions into its bytes. Owned by one loop.
 *
 * <p>A field's line reaches from its name to the next line's beginning, so that neighbours which
 * are both kept can be copied as one.
 */
@SuppressWarnings("EnumOrdinal")
public final class Fields {
  private static final int STEP = 4;

  /** Connection options. */
  public static final int CLOSE = 1;

  public static final int KEEP_ALIVE = 2;
  public static final int UPGRADE = 4;

  private static final byte[] COLON = {':', ' '};
  private static final byte[] SEMICOLON = {';', ' '};
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] CLOSE_TEXT = {'c', 'l', 'o', 's', 'e'};
  private static final byte[] KEEP_ALIVE_TEXT = Field.KEEP_ALIVE.lower();
  private static final byte[] UPGRADE_TEXT = Field.UPGRADE.lower();
  private static final byte[] CHUNKED_TEXT = {'c', 'h', 'u', 'n', 'k', 'e', 'd'};

  private final HeadBytes head;

  /** Name start, name end, value start, value end; line ends where the next begins. */
  private int[] at = new int[16 * STEP];

  private byte[] field = new byte[16];
  private final int[] first = new int[Field.COUNT];
  private int count;
  private int end;
  private long present;
  private long twice;
  private int options;
  private boolean edited;

  Fields(HeadBytes head) {
    this.head = head;
  }

  void reset() {
    count = 0;
    present = 0;
    twice = 0;
    options = 0;
    edited = false;
    end = 0;
  }

  /** The first line is over: fields begin here, if there are any. */
  void begin(int at) {
    end = at;
  }

  /** The bytes that positions refer to. May be replaced while the head grows. */
  public byte[] bytes() {
    return head.bytes;
  }

  /** How many fields there are. */
  public int count() {
    return count;
  }

  /** Which field the i-th is. */
  public Field field(int i) {
    return Field.of(field[i]);
  }

  /** The i-th field as a bit of a set. */
  public long bit(int i) {
    return 1L << field[i];
  }

  /** Where the i-th field's line begins. */
  public int lineStart(int i) {
    return at[i * STEP];
  }

  /** Where the line after the i-th field's begins. */
  public int lineEnd(int i) {
    return i + 1 < count ? at[(i + 1) * STEP] : end;
  }

  /** Where the empty line begins that ends the head. */
  public int end() {
    return end;
  }

  /** Whether a field is there. */
  public boolean has(Field wanted) {
    return (present & wanted.bit()) != 0;
  }

  /** Whether any of a set of fields is there. */
  public boolean hasAny(long set) {
    return (present & set) != 0;
  }

  /** Whether a field is there more than once. */
  public boolean twice(Field wanted) {
    return (twice & wanted.bit()) != 0;
  }

  /** The index of a field that {@link #has} said is there. */
  public int first(Field wanted) {
    return first[wanted.ordinal()];
  }

  /** Where the i-th field's value begins, without white space around it. */
  public int valueStart(int i) {
    return at[i * STEP + 2];
  }

  /** Where the i-th field's value ends. */
  public int valueEnd(int i) {
    return at[i * STEP + 3];
  }

  /** What {@code Connection} says: {@link #CLOSE}, {@link #KEEP_ALIVE}, {@link #UPGRADE}. */
  public int options() {
    return options;
  }

  /** Whether a field is there once, with this value, which is in lower case. */
  boolean only(Field wanted, byte[] lower) {
    int i = first(wanted);
    return has(wanted)
        && !twice(wanted)
        && Ascii.same(head.bytes, valueStart(i), valueEnd(i), lower);
  }

  /** Whether the i-th field's name is {@code lower}. */
  public boolean named(int i, byte[] lower) {
    return Ascii.same(head.bytes, at[i * STEP], at[i * STEP + 1], lower);
  }

  /**
   * Takes the i-th field out: from now on it is {@link Field#NOMINATED}, which goes no further.
   * Only for a head that is complete.
   */
  public void drop(int i) {
    field[i] = (byte) Field.NOMINATED.ordinal();
    present |= Field.NOMINATED.bit();
  }

  /**
   * Adds a field behind the last one, as a line that ends with CRLF. What arrived stays where it
   * is. Only for a head that is complete.
   *
   * @param name how long its name is
   */
  public void append(byte[] line, int name) {
    int from = end;
    head.ensure(from + line.length + 2);
    System.arraycopy(line, 0, head.bytes, from, line.length);
    int hash = 0;
    for (int i = 0; i < name; i++) {
      hash = Field.hash(hash, line[i]);
    }
    int start = from + name + 1;
    int stop = from + line.length - 2;
    while (start < stop && blank(head.bytes[start])) {
      start++;
    }
    put(Field.lookup(head.bytes, from, from + name, hash), from, from + name, start, stop);
    end = from + line.length;
    edited = true;
  }

  /** Whether a field was added since the head arrived. */
  public boolean edited() {
    return edited;
  }

  /** Adds the line from {@code from} whose carriage return is at {@code cr}. */
  @Nullable Refusal add(int from, int cr, int most) {
    byte[] b = head.bytes;
    if (b[from] == ' ' || b[from] == '\t') {
      return Refusal.FOLDED_FIELD;
    }
    if (count == most) {
      return Refusal.TOO_MANY_FIELDS;
    }
    int colon = from;
    int hash = 0;
    while (colon < cr && Ascii.token(b[colon])) {
      hash = Field.hash(hash, b[colon]);
      colon++;
    }
    if (colon == from || colon == cr || b[colon] != ':') {
      return Refusal.FIELD_NAME;
    }
    int start = colon + 1;
    int stop = cr;
    while (start < stop && blank(b[start])) {
      start++;
    }
    while (stop > start && blank(b[stop - 1])) {
      stop--;
    }
    if (!Ascii.value(b, start, stop)) {
      return Refusal.FIELD_VALUE;
    }
    put(Field.lookup(b, from, colon, hash), from, colon, start, stop);
    end = cr + 2;
    return null;
  }

  private static boolean blank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Appends a field that arrived in another form than a line, as a line. */
  void append(byte[] b, int at, int name, int value, Field known) {
    int from = head.length;
    head.ensure(from + name + value + 4);
    byte[] to = head.bytes;
    System.arraycopy(b, at, to, from, name);
    int colon = from + name;
    to[colon] = ':';
    to[colon + 1] = ' ';
    int start = colon + 2;
    System.arraycopy(b, at + name, to, start, value);
    int stop = start + value;
    to[stop] = '\r';
    to[stop + 1] = '\n';
    head.length = stop + 2;
    put(known, from, colon, start, stop);
    end = head.length;
  }

  /** Makes one field of several, as {@code cookie} may be split in HTTP/2 (RFC 9113, 8.2.3). */
  void joinCookies() {
    int from = head.length;
    byte[] name = Field.COOKIE.lower();
    head.append(name, 0, name.length);
    head.append(COLON, 0, 2);
    int start = head.length;
    for (int i = 0; i < count; i++) {
      if (field[i] == Field.COOKIE.ordinal()) {
        if (head.length > start) {
          head.append(SEMICOLON, 0, 2);
        }
        head.ensure(head.length + valueEnd(i) - valueStart(i));
        head.append(head.bytes, valueStart(i), valueEnd(i) - valueStart(i));
        field[i] = (byte) Field.NOMINATED.ordinal();
        present |= Field.NOMINATED.bit();
      }
    }
    int stop = head.length;
    head.append(CRLF, 0, 2);
    put(Field.COOKIE, from, from + name.length, start, stop);
    first[Field.COOKIE.ordinal()] = count - 1;
    end = head.length;
  }

  private void put(Field known, int from, int colon, int start, int stop) {
    if (count == field.length) {
      field = Arrays.copyOf(field, count * 2);
      at = Arrays.copyOf(at, at.length * 2);
    }
    int slot = count * STEP;
    at[slot] = from;
    at[slot + 1] = colon;
    at[slot + 2] = start;
    at[slot + 3] = stop;
    field[count] = (byte) known.ordinal();
    if ((present & known.bit()) == 0) {
      first[known.ordinal()] = count;
      present |= known.bit();
    } else {
      twice |= known.bit();
    }
    count++;
  }

  /** Reads {@code Connection}; the fields that it names become {@link Field#NOMINATED}. */
  @Nullable Refusal readConnection() {
    if (!has(Field.CONNECTION)) {
      return null;
    }
    for (int i = 0; i < count; i++) {
      if (field[i] == Field.CONNECTION.ordinal()) {
        Refusal refusal = readConnection(valueStart(i), valueEnd(i));
        if (refusal != null) {
          return refusal;
        }
      }
    }
    return null;
  }

  private @Nullable Refusal readConnection(int from, int to) {
    byte[] b = head.bytes;
    int i = from;
    while (i < to) {
      int start = i;
      while (i < to && b[i] != ',') {
        i++;
      }
      int stop = i;
      while (start < stop && blank(b[start])) {
        start++;
      }
      while (stop > start && blank(b[stop - 1])) {
        stop--;
      }
      Refusal refusal = start == stop ? null : option(start, stop);
      if (refusal != null) {
        return refusal;
      }
      i++;
    }
    return null;
  }

  private @Nullable Refusal option(int from, int to) {
    byte[] b = head.bytes;
    if (Ascii.same(b, from, to, CLOSE_TEXT)) {
      options |= CLOSE;
    } else if (Ascii.same(b, from, to, KEEP_ALIVE_TEXT)) {
      options |= KEEP_ALIVE;
    } else if (Ascii.same(b, from, to, UPGRADE_TEXT)) {
      options |= UPGRADE;
    } else {
      return nominate(from, to);
    }
    return null;
  }

  private @Nullable Refusal nominate(int from, int to) {
    for (int i = 0; i < count; i++) {
      if (Ascii.same(head.bytes, from, to, at[i * STEP], at[i * STEP + 1])) {
        Field named = field(i);
        if (named == Field.HOST
            || named == Field.CONTENT_LENGTH
            || named == Field.TRANSFER_ENCODING) {
          return Refusal.NOMINATED_FIELD;
        }
        if (named == Field.OTHER) {
          field[i] = (byte) Field.NOMINATED.ordinal();
          present |= Field.NOMINATED.bit();
        }
      }
    }
    return null;
  }

  /** Content-Length, or -1 when it is absent, or -2 when it cannot be trusted. */
  long contentLength() {
    if (!has(Field.CONTENT_LENGTH)) {
      return -1;
    }
    int i = first(Field.CONTENT_LENGTH);
    long length = Ascii.decimal(head.bytes, valueStart(i), valueEnd(i));
    return length < 0 || twice(Field.CONTENT_LENGTH) ? -2 : length;
  }

  /** What is wrong with what delimits the body, or null. */
  @Nullable Refusal framing(int minor) {
    long length = contentLength();
    if (length == -2) {
      return Refusal.CONTENT_LENGTH;
    }
    if (!has(Field.TRANSFER_ENCODING)) {
      return null;
    }
    if (minor == 0) {
      return Refusal.ENCODING_IN_1_0;
    }
    return length >= 0 ? Refusal.LENGTH_AND_ENCODING : transferEncoding();
  }

  /** What is wrong with Transfer-Encoding, which is there; null when it is just chunked. */
  @Nullable Refusal transferEncoding() {
    int i = first(Field.TRANSFER_ENCODING);
    if (twice(Field.TRANSFER_ENCODING) || valueStart(i) == valueEnd(i)) {
      return Refusal.TRANSFER_ENCODING;
    }
    if (!Ascii.same(head.bytes, valueStart(i), valueEnd(i), CHUNKED_TEXT)) {
      return Refusal.TRANSFER_ENCODING_UNKNOWN;
    }
    return null;
  }
}
