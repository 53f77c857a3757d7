package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** DEALLOCATE, by which a client gives a name of its own up. Owned by one event loop. */
final class Deallocation {
  private static final Pattern DEALLOCATE =
      Pattern.compile(
          "\\s*deallocate\\s+(?:prepare\\s+)?(?:\"((?:[^\"]|\"\")++)\"|([a-z_][\\w$]*))\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);

  private final Named names;
  private Named.@Nullable Entry underWay;

  Deallocation(Named names) {
    this.names = names;
  }

  /** Which of the session's statements a text gives up; null when none, or it is not certain. */
  Named.@Nullable Entry read(String text) {
    Matcher matcher = DEALLOCATE.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String quoted = matcher.group(1);
    String name =
        quoted == null ? matcher.group(2).toLowerCase(Locale.ROOT) : quoted.replace("\"\"", "\"");
    ByteBuf bytes = Unpooled.copiedBuffer(name, StandardCharsets.UTF_8);
    return names.find(bytes, 0, bytes.readableBytes());
  }

  /** It is sent to the server. */
  void begins(Named.Entry entry) {
    underWay = entry;
  }

  /** It will not be carried out. */
  void fails() {
    underWay = null;
  }

  /** The text that gives the statement up under the name that servers know. */
  static String text(Named.Entry entry) {
    return "DEALLOCATE " + new String(entry.statement().name(), StandardCharsets.US_ASCII);
  }

  /** DEALLOCATE, DEALLOCATE ALL or DISCARD ALL has been carried out. */
  void done(boolean all, @Nullable ServerConnection server) {
    if (all) {
      // The unnamed statement stays, as on the server.
      names.clear();
      if (server != null) {
        server.forgetAll();
      }
    } else if (underWay != null) {
      names.remove(underWay);
      if (server != null) {
        server.forget(underWay.statement());
      }
    }
    underWay = null;
  }
}
