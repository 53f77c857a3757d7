package io.mamparo.dbproxy.client;

import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts a client's own statement names into errors that name the shared ones. Stateless. */
final class ErrorNames {
  /** What the shared names begin with. */
  static final String PREFIX = "mamparo_";

  private static final Pattern SERVER_NAME = Pattern.compile("mamparo_[0-9a-z]+_[0-9a-z]+");

  private ErrorNames() {}

  /**
   * The error with the client's names.
   *
   * @param thing what the request that failed was about
   */
  static ByteBuf renamed(ByteBuf in, int at, int length, @Nullable Object thing, Named names) {
    String body = in.toString(at + 5, length - 5, StandardCharsets.ISO_8859_1);
    Matcher matcher = SERVER_NAME.matcher(body);
    StringBuilder changed = new StringBuilder();
    while (matcher.find()) {
      byte[] own = clientName(matcher.group().getBytes(StandardCharsets.US_ASCII), thing, names);
      String name = own == null ? matcher.group() : new String(own, StandardCharsets.ISO_8859_1);
      matcher.appendReplacement(changed, Matcher.quoteReplacement(name));
    }
    matcher.appendTail(changed);
    byte[] bytes = changed.toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf out = in.alloc().buffer(bytes.length + 5);
    return out.writeByte(Backend.ERROR_RESPONSE).writeInt(bytes.length + 4).writeBytes(bytes);
  }

  private static byte @Nullable [] clientName(
      byte[] serverName, @Nullable Object thing, Named names) {
    if (thing instanceof Statements.Taken taken) {
      return taken.by().name();
    }
    if (thing instanceof Named.Entry entry && Arrays.equals(entry.statement().name(), serverName)) {
      return entry.name();
    }
    return names.clientName(serverName);
  }
}
