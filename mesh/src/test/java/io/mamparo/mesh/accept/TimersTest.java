package io.mamparo.mesh.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Clock;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimersTest {
  private static final long MILLI = 1_000_000L;
  private static final long SEED = 42;

  /** A timer with what a test expects of it. */
  private static final class Watched {
    long due = Long.MAX_VALUE;
    long rang = Long.MIN_VALUE;
    int rings;
  }

  /** Sets, sets again, cancels and removes at random, on a real loop and the real clock. */
  @Test
  void timers_ringOnceNotEarlyAndHardlyLate() throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      EventLoop loop = group.next();
      Clock clock = Clock.system();
      Random random = new Random(SEED);
      List<Watched> all = new ArrayList<>();
      CountDownLatch done = new CountDownLatch(1);
      loop.execute(() -> fill(new Timers(loop, clock), clock, random, all));
      var unused = loop.schedule(done::countDown, 6, TimeUnit.SECONDS);
      assertTrue(done.await(30, TimeUnit.SECONDS));
      for (Watched w : all) {
        assertEquals(w.due == Long.MAX_VALUE ? 0 : 1, w.rings, "seed " + SEED);
        assertTrue(w.rings == 0 || w.rang - w.due >= 0, "early by " + (w.due - w.rang));
        assertTrue(w.rings == 0 || w.rang - w.due < 1000 * MILLI, "late by " + (w.rang - w.due));
      }
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static void fill(Timers timers, Clock clock, Random random, List<Watched> all) {
    List<Timer> made = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      Watched watched = new Watched();
      Timer timer =
          new Timer(
              now -> {
                watched.rings++;
                watched.rang = now;
                // What rings may do away with others that are due now.
                timers.set(made.getFirst(), now + 10_000 * MILLI);
              });
      made.add(timer);
      all.add(watched);
    }
    for (int round = 0; round < 4; round++) {
      for (int i = 1; i < made.size(); i++) {
        change(timers, clock, random, made.get(i), all.get(i));
      }
    }
    timers.remove(made.getFirst());
  }

  private static void change(
      Timers timers, Clock clock, Random random, Timer timer, Watched watched) {
    int what = random.nextInt(10);
    if (what == 0) {
      timers.cancel(timer);
      watched.due = Long.MAX_VALUE;
    } else if (what == 1) {
      timers.remove(timer);
      watched.due = Long.MAX_VALUE;
    } else {
      watched.due = clock.nanos() + (100 + random.nextInt(5200)) * MILLI;
      timers.set(timer, watched.due);
    }
  }
}
