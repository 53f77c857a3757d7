package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The settings that one session has now and had at first, whatever server it is on. Owned by one
 * event loop.
 */
final class OwnSettings {
  private final Desk desk;
  private Settings now = Settings.NONE;
  private Settings first = Settings.NONE;

  OwnSettings(Desk desk) {
    this.desk = desk;
  }

  /** As it is now. */
  Settings now() {
    return now;
  }

  /** As it was after log-in, and will be after RESET ALL. */
  Settings first() {
    return first;
  }

  /** The session begins with these. */
  void begin(Settings settings) {
    first = desk.canonical(settings);
    now = first;
  }

  /** From now on. */
  void now(Settings changed) {
    now = changed;
  }

  @SuppressWarnings("ReferenceEquality") // equal ones are made the same object, see Desk
  boolean differFrom(ServerConnection held) {
    return held.settings() != now;
  }

  /** The server has reported a change of the client's own making. */
  void reported(String name, String value, @Nullable ServerConnection by) {
    if (!Settings.isFact(name)) {
      now = now.with(name, value);
      alike(by);
    }
  }

  /** Uses one object on both sides when they are equal. */
  void alike(@Nullable ServerConnection held) {
    now = desk.canonical(now);
    if (held != null && held.settings().equals(now)) {
      held.settings(now);
    }
  }

  /** What was asked for is in force, as the server spells it. */
  void spelt(ServerConnection held) {
    now = desk.canonical(held.settings());
    held.settings(now);
  }
}
