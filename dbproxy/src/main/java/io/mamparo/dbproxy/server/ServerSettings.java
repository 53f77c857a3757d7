package io.mamparo.dbproxy.server;

import java.util.Map;

/**
 * The settings of a server session: those it began with and those in force now. Owned by the event
 * loop of its connection.
 */
final class ServerSettings {
  private final Map<String, String> atLogIn;
  private final Settings base;
  private Settings now;

  ServerSettings(Map<String, String> atLogIn) {
    this.atLogIn = atLogIn;
    base = Settings.of(atLogIn);
    now = base;
  }

  /** What the server reported at log-in, in its own spelling. */
  Map<String, String> atLogIn() {
    return atLogIn;
  }

  /** Those of a session that has not changed any. */
  Settings base() {
    return base;
  }

  Settings now() {
    return now;
  }

  void now(Settings changed) {
    now = changed;
  }

  /** The server reports a parameter. */
  void reported(String name, String value) {
    if (!Settings.isFact(name)) {
      now = now.with(name, value);
    }
  }

  /** Those asked for are in force, as far as the server did not report others. */
  void replayed(Settings wanted) {
    Settings own = now;
    Settings result = wanted;
    for (String name : base.values().keySet()) {
      result = result.with(name, own.get(name));
    }
    now = result;
  }
}
