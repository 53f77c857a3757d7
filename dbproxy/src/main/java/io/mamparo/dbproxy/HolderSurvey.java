package io.mamparo.dbproxy;

import io.mamparo.dbproxy.client.Account;
import io.mamparo.dbproxy.client.Accounts;
import io.mamparo.dbproxy.client.Desk;
import io.mamparo.dbproxy.client.Session;
import io.mamparo.dbproxy.pool.Contents;
import io.mamparo.dbproxy.pool.Pool;
import io.mamparo.dbproxy.pool.PoolShard;
import io.mamparo.dbproxy.server.Look;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.kernel.Clock;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gathers {@link ProxyHolders}. A loop is asked for its sessions and server connections first,
 * which only copies references, and then for what they do, {@value #BATCH} at a time, so that with
 * 20,000 clients it goes on serving them in between. For one use by one thread.
 */
final class HolderSurvey {
  private static final int BATCH = 256;
  private static final int PATIENCE_SECONDS = 5;

  private final Accounts accounts;
  private final List<EventLoop> loops;
  private final Function<EventLoop, Desk> desks;
  private final Clock clock;
  private final List<ProxyHolders.Client> clients = new ArrayList<>();
  private final List<ProxyHolders.Server> servers = new ArrayList<>();

  HolderSurvey(
      Accounts accounts, List<EventLoop> loops, Function<EventLoop, Desk> desks, Clock clock) {
    this.accounts = accounts;
    this.loops = loops;
    this.desks = desks;
    this.clock = clock;
  }

  private record Roll(List<Session> sessions, List<Map.Entry<ServerConnection, Account>> servers) {}

  ProxyHolders take() {
    for (int i = 0; i < loops.size(); i++) {
      int index = i;
      EventLoop loop = loops.get(i);
      Roll roll = on(loop, () -> roll(index, desks.apply(loop)));
      if (roll == null) {
        continue;
      }
      inBatches(loop, roll.sessions(), this::look, clients);
      inBatches(loop, roll.servers(), entry -> look(entry.getKey(), entry.getValue()), servers);
    }
    return new ProxyHolders(clients, servers);
  }

  private Roll roll(int index, Desk desk) {
    List<Map.Entry<ServerConnection, Account>> found = new ArrayList<>();
    for (Account account : accounts.all()) {
      add(account.pool().shards().get(index), account, found);
      Pool reads = account.reads();
      if (reads != null) {
        add(reads.shards().get(index), account, found);
      }
    }
    return new Roll(desk.sessions(), found);
  }

  private static void add(
      PoolShard shard, Account account, List<Map.Entry<ServerConnection, Account>> found) {
    for (ServerConnection server : Contents.of(shard)) {
      found.add(Map.entry(server, account));
    }
  }

  private static <T, R> void inBatches(
      EventLoop loop, List<T> all, Function<T, @Nullable R> look, Collection<R> into) {
    for (int from = 0; from < all.size(); from += BATCH) {
      List<T> batch = all.subList(from, Math.min(from + BATCH, all.size()));
      List<R> seen =
          on(
              loop,
              () -> {
                List<R> some = new ArrayList<>(batch.size());
                for (T one : batch) {
                  R looked = look.apply(one);
                  if (looked != null) {
                    some.add(looked);
                  }
                }
                return some;
              });
      if (seen != null) {
        into.addAll(seen);
      }
    }
  }

  private ProxyHolders.@Nullable Client look(Session session) {
    return session.look(clock.nanos(), clock.epochNanos() / 1_000_000);
  }

  private ProxyHolders.@Nullable Server look(ServerConnection server, Account account) {
    ProxyHolders.Who who =
        new ProxyHolders.Who(
            account.login().database(), account.login().user(), account.login().service());
    long renewedAt = account.pool().cluster().renewedAt();
    return Look.at(server, who, renewedAt, clock.nanos(), clock.epochNanos() / 1_000_000);
  }

  /** What a loop answers; null when it has ended or does not answer in time. */
  private static <R> @Nullable R on(EventLoop loop, java.util.concurrent.Callable<R> task) {
    if (loop.isShuttingDown()) {
      return null;
    }
    try {
      return loop.submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException | TimeoutException e) {
      System.getLogger(HolderSurvey.class.getName())
          .log(System.Logger.Level.WARNING, "asking an event loop who holds what", e);
      return null;
    }
  }
}
