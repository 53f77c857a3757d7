package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.mesh.RouteRules.HashKey;
import io.mamparo.wire.http.Fields;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.RequestHead;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a user together: a number that is the same for all of a user's requests. Immutable.
 */
public final class Affinity {
  /** The request has nothing that tells its user. */
  public static final long NONE = 0;

  private static final byte[] COOKIE = {'c', 'o', 'o', 'k', 'i', 'e'};
  private static final byte[] SET_COOKIE = "set-cookie: ".getBytes(ISO_8859_1);
  private static final int SET_COOKIE_NAME = 10;

  private final HashKey key;
  private final byte[] name;
  private final byte[] attributes;

  private Affinity(HashKey key) {
    this.key = key;
    name = key.name().getBytes(ISO_8859_1);
    long seconds = key.issue() == null ? 0 : key.issue().toSeconds();
    String age = seconds == 0 ? "" : "; Max-Age=" + seconds;
    attributes = ("; Path=/; HttpOnly; SameSite=Lax" + age + "\r\n").getBytes(ISO_8859_1);
  }

  /** Null without a key. */
  public static @Nullable Affinity of(@Nullable HashKey key) {
    return key == null ? null : new Affinity(key);
  }

  /** Whether a user without a cookie gets one. */
  public boolean issues() {
    return key.issue() != null;
  }

  /** The user's number, or {@link #NONE}. */
  public long of(RequestHead head, byte[] source) {
    Fields fields = head.fields();
    return switch (key.kind()) {
      case SOURCE -> hash(source, 0, source.length);
      case HEADER -> {
        for (int i = 0; i < fields.count(); i++) {
          if (fields.named(i, name)) {
            yield hash(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
          }
        }
        yield NONE;
      }
      case COOKIE -> cookie(fields);
    };
  }

  private long cookie(Fields fields) {
    byte[] b = fields.bytes();
    for (int i = 0; i < fields.count(); i++) {
      if (!fields.named(i, COOKIE)) {
        continue;
      }
      int at = fields.valueStart(i);
      int to = fields.valueEnd(i);
      while (at < to) {
        while (at < to && (b[at] == ' ' || b[at] == ';')) {
          at++;
        }
        int end = at;
        while (end < to && b[end] != ';') {
          end++;
        }
        int value = at + name.length + 1;
        if (value <= end
            && b[value - 1] == '='
            && Arrays.equals(b, at, value - 1, name, 0, name.length)) {
          return hash(b, value, end);
        }
        at = end;
      }
    }
    return NONE;
  }

  /** What {@link #of} will say of a cookie with this value. */
  public long ofIssued(long value) {
    byte[] text = String.format("%016x", value).getBytes(ISO_8859_1);
    return hash(text, 0, text.length);
  }

  /** Adds the cookie to an answer. */
  public void issue(long value, Fields fields) {
    HeadWriter out = new HeadWriter();
    out.add(SET_COOKIE).add(name).add('=').hex(value).add(attributes);
    fields.append(out.toBytes(), SET_COOKIE_NAME);
  }

  /** FNV-1a with a last mixing, so that all bits may be used; never {@link #NONE}. */
  public static long hash(byte[] b, int from, int to) {
    long h = 0xcbf29ce484222325L;
    for (int i = from; i < to; i++) {
      h = (h ^ (b[i] & 0xff)) * 0x100000001b3L;
    }
    return mix(h);
  }

  /** The finalizer of MurmurHash3; never {@link #NONE}. */
  public static long mix(long of) {
    long h = of;
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    h ^= h >>> 33;
    return h == NONE ? 1 : h;
  }
}
