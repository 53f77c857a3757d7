package io.mamparo.wire.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The header fields that a proxy looks at; all the others are {@link #OTHER}. */
@SuppressWarnings({"EnumOrdinal", "ImmutableEnumChecker"}) // sets of fields are bits of a long
public enum Field {
  HOST,
  CONTENT_LENGTH,
  TRANSFER_ENCODING,
  CONNECTION,
  KEEP_ALIVE,
  PROXY_CONNECTION,
  PROXY_AUTHORIZATION,
  PROXY_AUTHENTICATE,
  TE,
  TRAILER,
  UPGRADE,
  HTTP2_SETTINGS,
  EXPECT,
  TRACEPARENT,
  TRACESTATE,
  X_AMZN_TRACE_ID,
  X_REQUEST_ID,
  X_REQUEST_DEADLINE,
  X_FORWARDED_FOR,
  X_FORWARDED_PROTO,
  X_FORWARDED_HOST,
  FORWARDED,
  IDEMPOTENCY_KEY,
  COOKIE,
  CONTENT_TYPE,
  GRPC_TIMEOUT,
  GRPC_STATUS,
  X_MAMPARO_VISITOR,
  X_MAMPARO_REASON,
  /** One that {@code Connection} names, so that it goes no further. */
  NOMINATED,
  /** Any other. */
  OTHER;

  private static final Field[] ALL = values();
  static final int COUNT = ALL.length;
  private static final int SLOTS = 256;
  private static final Field[] TABLE = new Field[SLOTS];

  static {
    for (Field field : ALL) {
      if (field.ordinal() < NOMINATED.ordinal()) {
        int slot = slot(hash(field.lower, 0, field.lower.length));
        while (TABLE[slot] != null) {
          slot = (slot + 1) & (SLOTS - 1);
        }
        TABLE[slot] = field;
      }
    }
  }

  private final byte[] lower;

  Field() {
    lower = name().toLowerCase(Locale.ROOT).replace('_', '-').getBytes(StandardCharsets.US_ASCII);
  }

  /** A set of fields, as bits. */
  public static long set(Field... fields) {
    long bits = 0;
    for (Field field : fields) {
      bits |= field.bit();
    }
    return bits;
  }

  /** This field as a set. */
  public long bit() {
    return 1L << ordinal();
  }

  /** Its name in lower case. */
  public byte[] lower() {
    return lower.clone();
  }

  /** The field at a {@link #place}. */
  public static Field of(int place) {
    return ALL[place];
  }

  /** A small number that stands for it while the program runs. */
  public int place() {
    return ordinal();
  }

  /** The field with the name in {@code [from, to)}. */
  public static Field named(byte[] bytes, int from, int to) {
    return lookup(bytes, from, to, hash(bytes, from, to));
  }

  /** One step of the hash of a name; starts from 0. */
  static int hash(int hash, byte b) {
    return hash * 31 + (b | 0x20);
  }

  private static int hash(byte[] name, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash(hash, name[i]);
    }
    return hash;
  }

  private static int slot(int hash) {
    return (hash ^ hash >>> 9) & (SLOTS - 1);
  }

  /** The field with the name in {@code [from, to)}, whose hash is known already. */
  static Field lookup(byte[] bytes, int from, int to, int hash) {
    int slot = slot(hash);
    Field field = TABLE[slot];
    while (field != null) {
      if (Ascii.same(bytes, from, to, field.lower)) {
        return field;
      }
      slot = (slot + 1) & (SLOTS - 1);
      field = TABLE[slot];
    }
    return OTHER;
  }
}
