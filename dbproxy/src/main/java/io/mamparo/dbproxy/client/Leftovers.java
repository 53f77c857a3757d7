package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server what a session has left on it, when the texts of its statements give rise to
 * suspicion: what is there pins the session, what has gone unpins it, and settings that were
 * changed in ways no text tells (set_config, ROLLBACK TO, SET SESSION CHARACTERISTICS) become
 * known, so that they can be replayed. Asked between transactions, before the server is given back.
 * Owned by one event loop.
 */
final class Leftovers {
  private static final int MOST_NAMES = 100;

  private static final Pattern SET_CONFIG =
      Pattern.compile("set_config\\s*\\(\\s*(?:'([^'\\\\]+)')?", Pattern.CASE_INSENSITIVE);

  private final Session session;

  /** {@link Traits} of what may be left. */
  private int suspects;

  private Fingerprint cause = Fingerprint.NONE;
  private boolean asks;
  private boolean asksSettings;
  private boolean unknownName;
  private final Set<String> names = new LinkedHashSet<>();

  Leftovers(Session session) {
    this.session = session;
  }

  /** Something may have been left by a statement, or may have gone. */
  void suspect(int traits, Fingerprint by) {
    if (session.pins().kept()) {
      return;
    }
    cause = (traits & Traits.VISIBLE) == 0 ? cause : by;
    suspects |= traits & Traits.VISIBLE;
    asks |= suspects != 0;
  }

  /** Settings have changed, and not only in ways that the texts tell. */
  void suspectSettings(List<String> texts, Fingerprint by) {
    if (session.pins().kept()) {
      return;
    }
    cause = by;
    asks = true;
    asksSettings = true;
    if (texts.isEmpty()) {
      unknownName = true;
    }
    for (String text : texts) {
      Matcher matcher = SET_CONFIG.matcher(text);
      while (matcher.find()) {
        String name = matcher.group(1);
        if (name == null || names.size() == MOST_NAMES) {
          // A setting of an extension or the user's own is not listed: its name must be known.
          unknownName = true;
        } else {
          names.add(name);
        }
      }
    }
  }

  /** Whether the server has to be asked before it may be given back. */
  boolean pending() {
    return asks;
  }

  /** DISCARD ALL: nothing is left. */
  void gone() {
    suspects = 0;
    asks = false;
    asksSettings = false;
    unknownName = false;
    names.clear();
  }

  /** What to ask. */
  String query() {
    StringBuilder sql = new StringBuilder(256);
    if (asksSettings) {
      sql.append("SELECT 's',name,setting FROM pg_catalog.pg_settings WHERE source='session'");
      names.add("role");
      names.add("session_authorization");
      session.settings().now().values().keySet().stream()
          .filter(name -> name.indexOf('.') > 0)
          .limit(MOST_NAMES)
          .forEach(names::add);
      for (String name : names) {
        String quoted = Settings.quoted(name);
        sql.append(" UNION ALL SELECT 'n',").append(quoted);
        sql.append(",pg_catalog.current_setting(").append(quoted).append(",true)");
      }
    }
    found(sql, Traits.ADVISORY_LOCK, "pg_locks WHERE locktype='advisory' AND pid=");
    found(sql, Traits.TEMPORARY, "pg_class WHERE relnamespace=");
    found(sql, Traits.LISTEN, "pg_listening_channels()");
    found(sql, Traits.HOLD_CURSOR, "pg_cursors WHERE is_holdable");
    found(sql, Traits.SQL_PREPARE, "pg_prepared_statements WHERE from_sql");
    return sql.toString();
  }

  private void found(StringBuilder sql, int trait, String from) {
    if ((suspects & trait) == 0) {
      return;
    }
    sql.append(sql.isEmpty() ? "SELECT 'p','" : " UNION ALL SELECT 'p','").append(trait);
    sql.append("','' WHERE EXISTS (SELECT FROM pg_catalog.").append(from);
    if (trait == Traits.ADVISORY_LOCK) {
      sql.append("pg_catalog.pg_backend_pid()");
    } else if (trait == Traits.TEMPORARY) {
      sql.append("pg_catalog.pg_my_temp_schema()");
    }
    sql.append(')');
  }

  /**
   * The server has answered.
   *
   * @param rows null when it failed: then all suspicions hold
   */
  void answered(@Nullable List<@Nullable String[]> rows, ServerConnection server) {
    boolean settings = asksSettings;
    boolean lost = settings && (rows == null || unknownName);
    int left = rows == null ? suspects : 0;
    Settings now = server.settings().only(server.base());
    for (@Nullable String[] row : rows == null ? List.<@Nullable String[]>of() : rows) {
      String kind = String.valueOf(row[0]);
      String name = String.valueOf(row[1]);
      String value = row[2];
      if (kind.equals("p")) {
        left |= Integer.parseInt(name);
      } else if (name.equals("session_authorization")) {
        lost |= !server.upstream().user().equals(value);
      } else if (value != null
          && !(name.equals("role") && value.equals("none"))
          && server.base().get(name) == null) {
        now = now.with(name, value);
      }
    }
    gone();
    suspects = left;
    if (settings && !lost) {
      session.settings().now(now);
      server.settings(now);
      session.settings().alike(server);
    }
    pins(left, lost);
  }

  private void pins(int left, boolean settingsLost) {
    Pins pins = session.pins();
    if (settingsLost) {
      pins.pin(PinReason.SETTING, cause);
    }
    PinReason reason = Traits.pin(left);
    if (reason != null) {
      pins.repin(reason, cause);
    } else {
      pins.unpinVisible();
    }
  }
}
