package io.mamparo.dbproxy.intern;

import io.mamparo.dbproxy.Fingerprint;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * All fingerprints of one proxy, shared by its loops, at most as many as configured; the rest is
 * {@link Fingerprint#OTHER}. Safe for use by several threads.
 */
public final class FingerprintTable {
  private final int max;
  private final AtomicInteger next = new AtomicInteger(Fingerprint.NONE.id() + 1);
  private final ConcurrentHashMap<Long, Fingerprint> byHash = new ConcurrentHashMap<>();

  /** Keeps at most {@code max} texts. */
  public FingerprintTable(int max) {
    this.max = max;
  }

  @Nullable Fingerprint find(long hash) {
    return byHash.get(hash);
  }

  Fingerprint add(long hash, String text) {
    Fingerprint known = byHash.get(hash);
    if (known != null) {
      return known;
    }
    int id = next.get();
    do {
      id = next.get();
      if (id >= max + 2) {
        return Fingerprint.OTHER;
      }
    } while (!next.compareAndSet(id, id + 1));
    Fingerprint fresh = new Fingerprint(id, text);
    Fingerprint first = byHash.putIfAbsent(hash, fresh);
    return first == null ? fresh : first;
  }

  boolean full() {
    return next.get() >= max + 2;
  }
}
