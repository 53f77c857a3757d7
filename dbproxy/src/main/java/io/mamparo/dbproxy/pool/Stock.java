package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The connections of one shard. Owned by its loop, except {@link #spare}. */
final class Stock {
  private static final long CHECK_TIMEOUT = TimeUnit.SECONDS.toNanos(5);
  private static final int LOOK_AT = 8;

  private final ArrayList<ServerConnection> all = new ArrayList<>();
  private final ArrayList<ServerConnection> free = new ArrayList<>();

  /** Asked for a sign of life, which they owe since they were taken. */
  private final ArrayList<ServerConnection> checking = new ArrayList<>();

  private final AtomicInteger spare = new AtomicInteger();

  /** How many are free; for any thread. */
  int spare() {
    return spare.get();
  }

  int size() {
    return all.size();
  }

  List<ServerConnection> all() {
    return List.copyOf(all);
  }

  void add(ServerConnection server) {
    all.add(server);
  }

  /** It is gone, or another shard's; false when it was so already. */
  boolean remove(ServerConnection server) {
    if (!all.remove(server)) {
      return false;
    }
    if (free.remove(server)) {
      spare.setRelease(free.size());
    }
    checking.remove(server);
    return true;
  }

  void free(ServerConnection server) {
    free.add(server);
    spare.setRelease(free.size());
  }

  /** It has given the sign of life that it was asked for, if it was. */
  void alive(ServerConnection server) {
    if (!checking.isEmpty()) {
      checking.remove(server);
    }
  }

  /**
   * Takes a free one, preferably with these settings; those that were free for longer than {@code
   * check} are asked for a sign of life instead.
   */
  @SuppressWarnings("ReferenceEquality") // equal settings are made the same object
  @Nullable ServerConnection take(Settings wanted, long now, long check) {
    while (!free.isEmpty()) {
      int chosen = free.size() - 1;
      for (int i = chosen; i >= 0 && i > chosen - LOOK_AT; i--) {
        if (free.get(i).settings() == wanted) {
          chosen = i;
          break;
        }
      }
      ServerConnection server = free.remove(chosen);
      spare.setRelease(free.size());
      if (now - server.tenure().freeSince() < check) {
        return server;
      }
      server.tenure().free(now);
      checking.add(server);
      server.check();
    }
    return null;
  }

  /** Takes the one that has been free longest; null when none is. */
  @Nullable ServerConnection oldest() {
    ServerConnection oldest = free.isEmpty() ? null : free.removeFirst();
    spare.setRelease(free.size());
    return oldest;
  }

  /** Closes the free ones that this is true for. */
  void closeFree(Predicate<ServerConnection> which) {
    List<ServerConnection> gone = new ArrayList<>(0);
    for (ServerConnection server : free) {
      if (which.test(server)) {
        gone.add(server);
      }
    }
    for (ServerConnection server : gone) {
      free.remove(server);
      server.close(true);
    }
    spare.setRelease(free.size());
  }

  /** Closes those that have not given a sign of life for too long. */
  void closeSilent(long now) {
    for (ServerConnection server : List.copyOf(checking)) {
      if (now - server.tenure().freeSince() > CHECK_TIMEOUT) {
        checking.remove(server);
        server.close(false);
      }
    }
  }
}
