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
  private final ConcurrentHashMap<Integer, Session> sessions = new ConcurrentHashMap<>();

  /** Gives a session a number and a secret. */
  void register(Session session) {
    int key = random.nextInt();
    int pid;
    do {
      pid = random.nextInt(1, Integer.MAX_VALUE);
      session.cancelKey(pid, key);
    } while (sessions.putIfAbsent(pid, session) != null);
  }

  void remove(Session session) {
    sessions.remove(session.cancelPid(), session);
  }

  /** The session that this number and secret belong to; null when they do not match. */
  @Nullable Session find(int pid, ByteBuffer key) {
    Session session = sessions.get(pid);
    if (session == null || key.remaining() != 4) {
      return null;
    }
    byte[] given = new byte[4];
    key.duplicate().get(given);
    byte[] expected = ByteBuffer.allocate(4).putInt(session.cancelSecret()).array();
    return MessageDigest.isEqual(given, expected) ? session : null;
  }
}
