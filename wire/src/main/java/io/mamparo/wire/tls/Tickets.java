package io.mamparo.wire.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients resume sessions by tickets (RFC 5077, RFC 8446). The keys belong to one certificate,
 * so that nobody resumes into another, and are replaced twice a day: whoever steals one can read no
 * older TLS 1.2 session. The JDK's engine has tickets of its own. Not for use by several threads.
 */
final class Tickets {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long REPLACE_NANOS = 12 * 3600 * 1_000_000_000L;
  private static final int BYTES = 16;

  private final SslContext context;
  private @Nullable OpenSslSessionTicketKey last;
  private long madeAt;

  Tickets(SslContext context, long now) {
    this.context = context;
    replace(now);
  }

  /** Replaces the keys when they are old; tickets of the ones before are still taken. */
  void refresh(long now) {
    if (now - madeAt > REPLACE_NANOS) {
      replace(now);
    }
  }

  private void replace(long now) {
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      OpenSslSessionTicketKey fresh = new OpenSslSessionTicketKey(random(), random(), random());
      OpenSslSessionTicketKey before = last;
      if (before == null) {
        sessions.setTicketKeys(fresh);
      } else {
        sessions.setTicketKeys(fresh, before);
      }
      last = fresh;
    }
    madeAt = now;
  }

  private static byte[] random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
