package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.client.SettingText.Change;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session's statements leave behind: settings, which are noted and replayed on other server
 * connections, and all else, which pins the session to its own. Owned by one event loop.
 *
 * <p>Settings the server reports are followed by its reports, which know about transactions. Others
 * count when the statement succeeded: at once outside of a transaction, at COMMIT inside.
 */
final class Effects {
  private final Session session;
  private final Leftovers leftovers;
  private @Nullable List<Change> uncommitted;

  /** Whether this transaction has tried to change a setting. */
  private boolean touched;

  Effects(Session session) {
    this.session = session;
    this.leftovers = new Leftovers(session);
  }

  /** Reads a command's tag: rows, the end of a transaction, what was deallocated. */
  void completed(
      ByteBuf in, int tagAt, int tagEnd, Segment segment, @Nullable ServerConnection server) {
    segment.addRows(rows(in, tagAt, tagEnd));
    byte first = tagEnd > tagAt ? in.getByte(tagAt) : 0;
    switch (first) {
      case 'R' -> {
        if (is(in, tagAt, tagEnd, "ROLLBACK")) {
          segment.rolledBack();
          session.lease().revived();
        }
      }
      case 'D' -> {
        if (is(in, tagAt, tagEnd, "DISCARD ALL")) {
          session.statements().deallocated(true, server);
          resetAll(server);
          uncommitted = null;
          session.pins().unpin();
          leftovers.gone();
        } else if (is(in, tagAt, tagEnd, "DEALLOCATE ALL")) {
          session.statements().deallocated(true, server);
        } else if (is(in, tagAt, tagEnd, "DEALLOCATE")) {
          session.statements().deallocated(false, server);
        }
      }
      default -> {
        // Leaves nothing behind.
      }
    }
  }

  private static boolean is(ByteBuf in, int at, int end, String tag) {
    if (end - at != tag.length()) {
      return false;
    }
    for (int i = 0; i < tag.length(); i++) {
      if (in.getByte(at + i) != tag.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The number a tag ends with. */
  private static long rows(ByteBuf in, int at, int end) {
    long rows = 0;
    long digit = 1;
    for (int i = end - 1; i > at; i--) {
      byte c = in.getByte(i);
      if (c < '0' || c > '9') {
        break;
      }
      rows += digit * (c - '0');
      digit *= 10;
    }
    return rows;
  }

  /** A segment has ended with this transaction state. */
  void ended(Segment segment, byte status, @Nullable ServerConnection server) {
    int traits = segment.traits();
    boolean failed = segment.sqlState() != null;
    if ((traits & (Traits.PINS | Traits.RELEASES)) != 0) {
      left(traits, failed, segment);
    }
    touched |= (traits & Traits.SETTING) != 0;
    if (touched && uncertain(traits, failed || segment.wasRolledBack())) {
      leftovers.suspectSettings(List.of(""), segment.fingerprint());
    }
    touched &= status != Backend.IDLE;
    if (!failed && !segment.settings().isEmpty()) {
      note(segment);
    }
    if (uncommitted != null && status == Backend.IDLE) {
      List<Change> changes = uncommitted;
      uncommitted = null;
      if (!failed && !segment.wasRolledBack()) {
        changes.forEach(change -> apply(change, server));
        session.settings().alike(server);
      }
    }
  }

  /** Whether some settings of this transaction may hold and others not. */
  private static boolean uncertain(int traits, boolean undone) {
    int mixed = Traits.SETTING | Traits.ENDS_TRANSACTION;
    return (traits & Traits.ROLLS_BACK_PART) != 0 || ((traits & mixed) == mixed && undone);
  }

  private void left(int traits, boolean failed, Segment segment) {
    // A failed statement leaves nothing behind but the lock it may have taken.
    int left = failed ? traits & Traits.ADVISORY_LOCK : traits;
    leftovers.suspect(left, segment.fingerprint());
    if ((traits & Traits.OPAQUE_SETTING) != 0) {
      leftovers.suspectSettings(segment.settings(), segment.fingerprint());
    }
    if ((left & Traits.LOAD) != 0) {
      session.pins().pin(PinReason.LOAD, segment.fingerprint());
    }
  }

  private void note(Segment segment) {
    List<Change> noted = uncommitted == null ? new ArrayList<>() : uncommitted;
    for (String text : segment.settings()) {
      noted.addAll(SettingText.read(text));
    }
    uncommitted = noted.isEmpty() ? null : noted;
  }

  private void apply(Change change, @Nullable ServerConnection server) {
    OwnSettings own = session.settings();
    switch (change) {
      case Change.Set set -> set(set.name(), set.value(), server);
      case Change.Reset reset -> {
        own.now(own.now().with(reset.name(), own.first().get(reset.name())));
        if (server != null && server.base().get(reset.name()) == null) {
          server.settings(server.settings().with(reset.name(), null));
        }
      }
      case Change.ResetAll all -> resetAll(server);
      case Change.Opaque opaque ->
          leftovers.suspectSettings(List.of(""), io.mamparo.dbproxy.Fingerprint.OTHER);
    }
  }

  private void set(String name, String value, @Nullable ServerConnection server) {
    if (server == null || server.base().get(name) != null) {
      // The server has reported it, and told the client.
      return;
    }
    session.settings().now(session.settings().now().with(name, value));
    server.settings(server.settings().with(name, value));
  }

  private void resetAll(@Nullable ServerConnection server) {
    session.settings().now(session.settings().first());
    if (server != null) {
      Settings own = server.settings();
      server.settings(own.only(server.base()));
    }
  }

  /** The server is gone, and the transaction with it. */
  void lost() {
    uncommitted = null;
  }

  /** What the server may have to be asked about. */
  Leftovers leftovers() {
    return leftovers;
  }
}
