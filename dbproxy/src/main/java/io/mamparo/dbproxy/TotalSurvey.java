package io.mamparo.dbproxy;

import io.mamparo.dbproxy.client.Account;
import io.mamparo.dbproxy.client.Accounts;
import io.mamparo.dbproxy.client.Desk;
import io.mamparo.dbproxy.pool.PoolShard;
import io.mamparo.dbproxy.tell.Tally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Gathers {@link ProxyTotals} loop by loop. For one use by one thread. */
final class TotalSurvey {
  private final Accounts accounts;
  private final long now;
  private final Map<Account, ProxyTotals> sums = new HashMap<>();

  TotalSurvey(Accounts accounts, long now) {
    this.accounts = accounts;
    this.now = now;
    for (Account account : accounts.all()) {
      sums.put(
          account,
          new ProxyTotals(
              account.login().database(),
              account.login().user(),
              ProxyTotals.Sums.ZERO,
              ProxyTotals.Sums.ZERO));
    }
  }

  List<ProxyTotals> take(Consumer<Observation.LoopTask> onEachLoop) {
    onEachLoop.accept(this::visit);
    synchronized (this) {
      return new ArrayList<>(sums.values());
    }
  }

  private synchronized void visit(int index, Desk desk) {
    for (Account account : accounts.all()) {
      PoolShard shard = account.pool().shards().get(index);
      Tally tally = desk.tally(account.login());
      tally.tick(now, shard.borrows());
      sums.computeIfPresent(
          account,
          (key, sum) ->
              new ProxyTotals(
                  sum.database(),
                  sum.login(),
                  sum.total().plus(tally.total(shard.borrows())),
                  sum.last().plus(tally.last())));
    }
  }
}
