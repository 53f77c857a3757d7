package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.dbproxy.tell.Recorder;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.dbproxy.tell.Tally;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What all sessions of one event loop share. Owned by that loop. */
public final class Desk {
  private static final int MAX_SETTINGS = 1_000;

  private final EventLoop loop;
  private final Recorder recorder;
  private final Texts texts;
  private final Canceller canceller;
  private final Map<Settings, Settings> settings = new HashMap<>();
  private final Map<Segment.Login, Tally> tallies = new HashMap<>();
  private final Set<Session> sessions = new LinkedHashSet<>();

  /** Sends cancel requests to servers. */
  @FunctionalInterface
  public interface Canceller {
    /**
     * Asks the server to cancel what this connection is doing.
     *
     * @param done run on the connection's loop once the request has been delivered or given up
     */
    void cancel(ServerConnection server, EventLoop loop, Runnable done);
  }

  /** The desk of one loop. */
  public Desk(EventLoop loop, Recorder recorder, Texts texts, Canceller canceller) {
    this.loop = loop;
    this.recorder = recorder;
    this.texts = texts;
    this.canceller = canceller;
  }

  /** Its loop. */
  public EventLoop loop() {
    return loop;
  }

  Recorder recorder() {
    return recorder;
  }

  Texts texts() {
    return texts;
  }

  Canceller canceller() {
    return canceller;
  }

  /** The one object for equal settings, so that comparing them is comparing identity. */
  Settings canonical(Settings some) {
    Settings known = settings.get(some);
    if (known != null) {
      return known;
    }
    if (settings.size() >= MAX_SETTINGS) {
      settings.clear();
    }
    settings.put(some, some);
    return some;
  }

  /** What has passed through this loop for a login. */
  public Tally tally(Segment.Login login) {
    return tallies.computeIfAbsent(login, of -> new Tally());
  }

  void entered(Session session) {
    sessions.add(session);
  }

  void left(Session session) {
    sessions.remove(session);
  }

  /** The sessions of this loop; a copy. */
  public List<Session> sessions() {
    return List.copyOf(sessions);
  }

  /** Tells clients to go that have done nothing for too long. */
  public void remind() {
    long now = recorder.now();
    sessions().forEach(session -> session.lease().remindIdle(now));
  }
}
