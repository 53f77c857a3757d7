package io.mamparo.dbproxy.client;

import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Tells whether a request begins a transaction that the client itself declares to be read-only: by
 * BEGIN or START TRANSACTION READ ONLY, or by default_transaction_read_only. Stateless.
 *
 * <p>A transaction that is serializable as well stays on the primary: a replica has none.
 */
final class ReadOnly {
  /** Nobody begins a transaction with more words than this. */
  private static final int LONGEST = 512;

  private static final String SETTING = "default_transaction_read_only";

  private ReadOnly() {}

  /**
   * Looks at the first request of a transaction.
   *
   * @param in holds it from {@code at}; {@code have} bytes of it are there
   */
  static boolean begins(Session session, byte type, ByteBuf in, int at, int have) {
    boolean usually = "on".equals(session.settings().now().get(SETTING));
    return switch (type) {
      case Frontend.QUERY -> begins(in, at + 5, at + have, usually);
      case Frontend.PARSE -> {
        int nameEnd = in.indexOf(at + 5, at + have, (byte) 0);
        yield nameEnd > 0 && begins(in, nameEnd + 1, at + have, usually);
      }
      case Frontend.BIND -> {
        int portalEnd = in.indexOf(at + 5, at + have, (byte) 0);
        int nameEnd = portalEnd < 0 ? -1 : in.indexOf(portalEnd + 1, at + have, (byte) 0);
        Named.Entry entry =
            nameEnd < 0
                ? null
                : session.statements().named().find(in, portalEnd + 1, nameEnd - portalEnd - 1);
        if (entry == null) {
          yield usually;
        }
        ByteBuf body = Unpooled.wrappedBuffer(entry.statement().body());
        yield begins(body, 0, body.readableBytes(), usually);
      }
      default -> false;
    };
  }

  private static boolean begins(ByteBuf in, int from, int to, boolean usually) {
    int zero = in.indexOf(from, to, (byte) 0);
    int end = zero < 0 ? to : zero;
    int first = skipComments(in, from, end);
    if (!starts(in, first, end, "begin") && !starts(in, first, end, "start")) {
      return usually && !starts(in, first, end, "set");
    }
    if (end - first > LONGEST) {
      return false;
    }
    String text = words(in.toString(first, end - first, StandardCharsets.US_ASCII));
    if (text.contains("serializable") || text.contains("read write")) {
      return false;
    }
    return usually || text.contains("read only");
  }

  /** In lower case, with one space between words. */
  private static String words(String text) {
    return text.toLowerCase(java.util.Locale.ROOT).replaceAll("\\s+", " ");
  }

  private static int skipComments(ByteBuf in, int from, int end) {
    int at = from;
    while (at < end) {
      byte c = in.getByte(at);
      if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        at++;
      } else if (c == '/' && at + 1 < end && in.getByte(at + 1) == '*') {
        int close = at + 2;
        while (close + 1 < end && (in.getByte(close) != '*' || in.getByte(close + 1) != '/')) {
          close++;
        }
        at = close + 2;
      } else {
        break;
      }
    }
    return at;
  }

  private static boolean starts(ByteBuf in, int at, int end, String word) {
    if (end - at < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if ((in.getByte(at + i) | 32) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
