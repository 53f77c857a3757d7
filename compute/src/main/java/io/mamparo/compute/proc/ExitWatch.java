package io.mamparo.compute.proc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Notices the end of processes that are not our children, on one daemon thread of its own. The
 * kernel tells at once through a pidfd, zombies included.
 */
public final class ExitWatch {
  private static final ExitWatch SHARED = new ExitWatch();
  private static final int ROUND_MILLIS = 100;
  private static final short POLLIN = 1;
  private static final int POLLFD_BYTES = 8;

  private final LinkedBlockingQueue<Watched> added = new LinkedBlockingQueue<>();
  private @Nullable Thread thread;

  /** fd is negative when the kernel has no pidfds: then /proc is looked at. */
  private record Watched(long pid, long startTicks, int fd, CompletableFuture<Void> ended) {}

  private ExitWatch() {}

  /** Completes when the process that started at {@code startTicks} has ended. */
  public static CompletableFuture<Void> ended(long pid, long startTicks) {
    return SHARED.watch(pid, startTicks);
  }

  private CompletableFuture<Void> watch(long pid, long startTicks) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    int fd = Libc.pidfdOpen(pid);
    // Looked at after the descriptor was opened: so the descriptor is of the right process.
    if (!ProcFs.alive(pid, startTicks)) {
      if (fd >= 0) {
        Libc.close(fd);
      }
      ended.complete(null);
      return ended;
    }
    added.add(new Watched(pid, startTicks, fd, ended));
    ensureRunning();
    return ended;
  }

  private synchronized void ensureRunning() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("mamparo-exits").start(this::run);
    }
  }

  private void run() {
    List<Watched> watched = new ArrayList<>();
    try {
      while (true) {
        if (watched.isEmpty()) {
          watched.add(added.take());
        }
        added.drainTo(watched);
        round(watched);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void round(List<Watched> watched) throws InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment fds = arena.allocate((long) watched.size() * POLLFD_BYTES, 4);
      for (int i = 0; i < watched.size(); i++) {
        fds.set(ValueLayout.JAVA_INT, (long) i * POLLFD_BYTES, watched.get(i).fd());
        fds.set(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 4, POLLIN);
      }
      int result = Libc.poll(fds, watched.size(), ROUND_MILLIS);
      if (result < 0 && result != -Libc.EINTR) {
        Thread.sleep(ROUND_MILLIS);
      }
      int i = 0;
      for (Iterator<Watched> all = watched.iterator(); all.hasNext(); i++) {
        Watched one = all.next();
        boolean readable = fds.get(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 6) != 0;
        if (readable || (one.fd() < 0 && !ProcFs.alive(one.pid(), one.startTicks()))) {
          all.remove();
          finish(one);
        }
      }
    }
  }

  private static void finish(Watched one) {
    if (one.fd() >= 0) {
      Libc.close(one.fd());
    }
    // Whoever waits continues on a thread of its own: this one is for all.
    Thread.startVirtualThread(() -> one.ended().complete(null));
  }
}
