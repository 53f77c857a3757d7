package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told after log-in: the parameters as a server would report them to a session
 * with its start-up settings. Asked from a server once for each combination of settings. Owned by
 * one event loop.
 */
final class Greeting {
  private final Session session;
  private @Nullable Settings startup;

  Greeting(Session session) {
    this.session = session;
  }

  /** Begins with what the client asked for at start-up. */
  void begin(Map<String, String> parameters) {
    if (session.account().pool().cluster().disabled()) {
      session.fatal(
          "57P03",
          "database \"" + session.account().login().database() + "\" is disabled",
          "An administrator lets clients in again with mamparo db enable.");
      return;
    }
    Settings wanted = StartupOptions.read(parameters);
    if (wanted == null) {
      session.fatal(
          "42601", "invalid command-line argument for server process", "Use -c name=value.");
      return;
    }
    if (session.account().pool().reads()) {
      // Where there is no replica at the moment, the primary must not take writes in its place.
      wanted = wanted.with("default_transaction_read_only", "on");
    }
    String application = wanted.get("application_name");
    Settings key = wanted.with("application_name", null);
    Account.Welcome welcome = session.account().welcome(key);
    if (welcome != null) {
      greet(welcome.reported(), application(welcome.settings(), application));
      return;
    }
    startup = wanted;
    session.lease().borrowToGreet();
  }

  /** The settings that a server is being asked about; null when there is nothing to ask. */
  @Nullable Settings asked() {
    return startup;
  }

  private static Settings application(Settings settings, @Nullable String name) {
    return name == null ? settings : settings.with("application_name", clean(name));
  }

  /** As the server does: at most 63 bytes, what is not printable ASCII in hexadecimal. */
  private static String clean(String name) {
    StringBuilder clean = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (b >= 32 && b < 127) {
        clean.append((char) b);
      } else {
        clean.append(String.format("\\x%02x", b & 0xff));
      }
    }
    return clean.length() > 63 ? clean.substring(0, 63) : clean.toString();
  }

  /** The start-up settings are in force on the server, in its own spelling. */
  void learnt(Settings wanted, ServerConnection from) {
    startup = null;
    Settings key = wanted.with("application_name", null);
    Settings plain = from.settings().with("application_name", from.base().get("application_name"));
    session.account().welcome(key, new Account.Welcome(from.reported(), plain));
    Map<String, String> reported = from.reported();
    session.lease().release();
    greet(reported, application(plain, wanted.get("application_name")));
  }

  private void greet(Map<String, String> reported, Settings settings) {
    session.settings().begin(settings);
    Settings first = session.settings().first();
    ByteBuf out = session.channel().alloc().buffer(512);
    Backend.authenticationOk(out);
    reported.forEach(
        (name, value) -> {
          String own = first.get(name);
          Backend.parameterStatus(out, name, own == null ? value : own);
        });
    Backend.backendKeyData(out, session.cancelKey().pid(), session.cancelKey().secret());
    Backend.readyForQuery(out, Backend.IDLE);
    session.reply(out);
    session.pause(Pause.NONE);
    session.go();
  }
}
