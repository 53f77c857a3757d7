package io.mamparo.dbproxy;

import io.mamparo.dbproxy.client.Account;
import io.mamparo.dbproxy.client.Accounts;
import io.mamparo.dbproxy.client.Desk;
import io.mamparo.dbproxy.client.Door;
import io.mamparo.dbproxy.client.Session;
import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Member;
import io.mamparo.dbproxy.pool.PoolShard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Gathers a {@link ProxySnapshot} loop by loop. For one use by one thread. */
final class Observation {
  /** What is done on each loop. */
  interface LoopTask {
    void run(int index, Desk desk);
  }

  private static final class Sums {
    int active;
    int idle;
    int connecting;
    int waiting;
    long borrows;
    long timeouts;
    long refused;
    final long[] waits = new long[ProxySnapshot.Waits.BUCKETS];
    final Map<PinReason, Integer> pinned = new EnumMap<>(PinReason.class);
  }

  private final Accounts accounts;
  private final Collection<Cluster> clusters;
  private final Door door;
  private final Consumer<LoopTask> onEachLoop;
  private final Map<Account, Sums> sums = new HashMap<>();
  private int sessions;
  private int holding;

  Observation(
      Accounts accounts, Collection<Cluster> clusters, Door door, Consumer<LoopTask> onEachLoop) {
    this.accounts = accounts;
    this.clusters = clusters;
    this.door = door;
    this.onEachLoop = onEachLoop;
  }

  ProxySnapshot take() {
    accounts.all().forEach(account -> sums.put(account, new Sums()));
    onEachLoop.accept(this::visit);
    synchronized (this) {
      List<ProxySnapshot.Pool> pools = new ArrayList<>();
      int waiting = 0;
      for (Account account : accounts.all()) {
        Sums sum = java.util.Objects.requireNonNull(sums.get(account));
        waiting += sum.waiting;
        pools.add(pool(account, sum));
      }
      return new ProxySnapshot(
          pools,
          new ProxySnapshot.Clients(
              sessions, holding, waiting, door.limit(), door.accepted(), door.refused()),
          clusters.stream().map(Observation::database).toList());
    }
  }

  private synchronized void visit(int index, Desk desk) {
    sums.forEach((account, sum) -> add(account.pool().shards().get(index), sum));
    for (Session session : desk.sessions()) {
      sessions++;
      holding += session.active() ? 1 : 0;
      Sums sum = sums.get(session.account());
      PinReason reason = session.pinReason();
      if (sum != null && reason != null) {
        sum.pinned.merge(reason, 1, Integer::sum);
      }
    }
  }

  private static void add(PoolShard shard, Sums sum) {
    sum.active += shard.active();
    sum.idle += shard.idle();
    sum.connecting += shard.connecting();
    sum.waiting += shard.waiting();
    sum.borrows += shard.borrows();
    sum.timeouts += shard.timeouts();
    sum.refused += shard.refused();
    shard.addWaits(sum.waits);
  }

  private static ProxySnapshot.Database database(Cluster cluster) {
    return new ProxySnapshot.Database(
        cluster.name(),
        cluster.paused(),
        cluster.disabled(),
        cluster.limit(),
        cluster.open(),
        cluster.members().stream().map(member -> server(cluster, member)).toList());
  }

  private static ProxySnapshot.Server server(Cluster cluster, Member member) {
    Member.Standing standing = member.standing();
    return new ProxySnapshot.Server(
        member.toString(),
        member == cluster.primary() ? "primary" : standing.role(),
        member.health().state(),
        standing.answers(),
        standing.lagBytes(),
        standing.lagNanos());
  }

  private static ProxySnapshot.Pool pool(Account account, Sums sum) {
    return new ProxySnapshot.Pool(
        account.pool().endpoint(),
        account.login().user(),
        account.login().service(),
        account.pool().most(),
        sum.active,
        sum.idle,
        sum.connecting,
        sum.waiting,
        sum.pinned,
        account.clients().get(),
        sum.borrows,
        sum.timeouts,
        sum.refused,
        new ProxySnapshot.Waits(Arrays.stream(sum.waits).boxed().toList()),
        account.pool().breaker(),
        account.pool().limits().mode());
  }
}
