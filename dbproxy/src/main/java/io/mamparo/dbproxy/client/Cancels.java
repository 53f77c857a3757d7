package io.mamparo.dbproxy.client;

import io.mamparo.wire.pg.Frontend;
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
  private static final int SHORT = 4;
  private static final int LONG = 32;

  private final SecureRandom random = new SecureRandom();
  private final ConcurrentHashMap<Integer, Held> sessions = new ConcurrentHashMap<>();

  /**
   * What a client must show to cancel.
   *
   * @param secret not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared but in constant time
  record Key(int pid, byte[] secret) {
    static final Key NONE = new Key(0, new byte[0]);
  }

  private record Held(Session session, Key key) {}

  /** Gives a session a number and a secret, of 32 bytes since protocol 3.2, of 4 before. */
  Key register(Session session, int version) {
    byte[] secret = new byte[version >= Frontend.PROTOCOL_3_2 ? LONG : SHORT];
    random.nextBytes(secret);
    Key key;
    do {
      key = new Key(random.nextInt(1, Integer.MAX_VALUE), secret);
    } while (sessions.putIfAbsent(key.pid(), new Held(session, key)) != null);
    return key;
  }

  void remove(Session session) {
    sessions.remove(session.cancelKey().pid());
  }

  /** The session that this number and secret belong to; null when they do not match. */
  @Nullable Session find(int pid, ByteBuffer key) {
    Held held = sessions.get(pid);
    if (held == null) {
      return null;
    }
    byte[] given = new byte[key.remaining()];
    key.duplicate().get(given);
    return MessageDigest.isEqual(given, held.key().secret()) ? held.session() : null;
  }
}
