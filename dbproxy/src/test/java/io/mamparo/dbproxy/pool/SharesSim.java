package io.mamparo.dbproxy.pool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.pool.Shares.Want;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Pools with clients that come in waves, decided about over and over as the proxy does it: what is
 * lent is given back only when its transaction ends. Replayed by {@code -Dmamparo.seed=…}.
 */
class SharesSim {
  private static final int LIMIT = 30;
  private static final int LONGEST = 20;
  private static final int TICKS = 5_000;

  private static final class Service {
    final int share;
    final Random random;
    final List<Integer> running = new ArrayList<>();
    int idle;
    int waiting;
    int quota;
    int deprivedFor;
    double rate;

    Service(int share, Random random) {
      this.share = share;
      this.random = random;
    }

    int open() {
      return running.size() + idle;
    }

    Want want() {
      return new Want(share, LIMIT, open(), running.size() + waiting);
    }

    /** A tick: clients come, transactions end, their connections are kept or closed. */
    void tick() {
      if (random.nextInt(200) == 0) {
        rate = random.nextInt(4) == 0 ? 0 : random.nextDouble() * 4;
      }
      for (double left = rate; left > 0; left--) {
        waiting += random.nextDouble() < left ? 1 : 0;
      }
      waiting = Math.min(waiting, 100);
      running.replaceAll(left -> left - 1);
      int before = running.size();
      running.removeIf(left -> left <= 0);
      idle += before - running.size();
    }

    void shed() {
      while (idle > 0 && open() > quota) {
        idle--;
      }
    }

    void lend(int free) {
      int left = free;
      while (waiting > 0 && idle > 0) {
        idle--;
        start();
      }
      while (waiting > 0 && open() < quota && left > 0) {
        left--;
        start();
      }
    }

    private void start() {
      waiting--;
      running.add(random.nextInt(1, LONGEST + 1));
    }
  }

  @Test
  void shares_comeBackWithinOneTransactionAndNothingIsIdleWhileSomebodyWaits() {
    long seed = Long.getLong("mamparo.seed", new Random().nextLong());
    Random random = new Random(seed);
    List<Service> services =
        List.of(
            new Service(15, new Random(random.nextLong())),
            new Service(10, new Random(random.nextLong())),
            new Service(5, new Random(random.nextLong())));
    for (int tick = 0; tick < TICKS; tick++) {
      String where = "seed " + seed + ", tick " + tick;
      services.forEach(Service::tick);
      int[] quotas = Shares.decide(LIMIT, services.stream().map(Service::want).toList());
      for (int i = 0; i < quotas.length; i++) {
        services.get(i).quota = quotas[i];
        services.get(i).shed();
      }
      for (Service service : services) {
        service.lend(LIMIT - services.stream().mapToInt(Service::open).sum());
      }
      int open = services.stream().mapToInt(Service::open).sum();
      assertTrue(open <= LIMIT, where + ": " + open + " are open");
      boolean waiting = services.stream().anyMatch(service -> service.waiting > 0);
      int busy = services.stream().mapToInt(service -> service.running.size()).sum();
      assertTrue(!waiting || busy == LIMIT, where + ": " + busy + " work while somebody waits");
      for (Service service : services) {
        boolean deprived = service.waiting > 0 && service.running.size() < service.share;
        service.deprivedFor = deprived ? service.deprivedFor + 1 : 0;
        assertTrue(service.deprivedFor <= LONGEST, where + ": a share did not come back");
      }
    }
  }
}
