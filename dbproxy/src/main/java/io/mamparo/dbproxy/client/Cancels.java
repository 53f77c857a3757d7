package io.mamparo.dbproxy.client;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which clients may cancel: each session has a number and a secret of its own, which
 * have nothing to do with those of servers. Safe for use by several threads.
 */
public final class Cancels {
  private final SecureRandom random = new SecureRandom();
  private final ConcurrentHashMap<Integer, Held> sessions = new ConcurrentHashMap<>();

  /** What a client must show to cancel. */
  record Key(int pid, int secret) {
    static final Key NONE = new Key(0, 0);
  }

  private record Held(Session session, Key key) {}

  /** Gives a session a number and a secret. */
  Key register(Session session) {
    Key key;
    do {
      key = new Key(random.nextInt(1, Integer.MAX_VALUE), random.nextInt());
    } while (sessions.putIfAbsent(key.pid(), new Held(session, key)) != null);
    return key;
  }

  void remove(Session session) {
    sessions.remove(session.cancelKey().pid());
  }

  /** The session that this number and secret belong to; null when they do not match. */
  @Nullable Session find(int pid, ByteBuffer key) {
    Held held = sessions.get(pid);
    if (held == null || key.remaining() != 4) {
      return null;
    }
    byte[] given = new byte[4];
    key.duplicate().get(given);
    byte[] expected = ByteBuffer.allocate(4).putInt(held.key().secret()).array();
    return MessageDigest.isEqual(given, expected) ? held.session() : null;
  }
}
