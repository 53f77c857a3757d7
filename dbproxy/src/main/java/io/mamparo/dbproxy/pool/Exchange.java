package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.server.ServerConnection;
import io.netty.channel.EventLoop;

/**
 * How a shard and the pool's other shards help each other out: who waits says so, and who has one
 * to spare moves it over. Owned by the shard's loop, except {@link #needySince}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
final class Exchange {
  private final PoolShard shard;
  private final Stock stock;
  private final EventLoop loop;
  private volatile long needySince;

  Exchange(PoolShard shard, Stock stock, EventLoop loop) {
    this.shard = shard;
    this.stock = stock;
    this.loop = loop;
  }

  /** Since when the head of the line waits, while the pool is at its limit; 0 otherwise. */
  long needySince() {
    return needySince;
  }

  /** Says that this shard is in need, and asks those who have one to spare. */
  void ask(Waiter head) {
    if (needySince == 0) {
      shard.pool().need(true);
    }
    if (needySince != head.waitingSince()) {
      needySince = head.waitingSince();
    }
    for (PoolShard other : shard.pool().shards()) {
      if (other != shard && other.spare() > 0) {
        other.loop().execute(other::offer);
      }
    }
    shard.pool().cluster().share(false);
  }

  /** The line has changed: keeps what the others see true. */
  void settle() {
    if (needySince == 0) {
      return;
    }
    Waiter head = shard.line().first();
    if (head == null) {
      needySince = 0;
      shard.pool().need(false);
    } else {
      needySince = head.waitingSince();
    }
  }

  /** Gives a free one to a shard in need, unless there is a line here, too. */
  void offer() {
    PoolShard other = shard.pool().neediest(shard);
    ServerConnection server = other != null && shard.line().isEmpty() ? stock.oldest() : null;
    if (other != null && server != null) {
      move(server, other);
    }
  }

  void move(ServerConnection server, PoolShard to) {
    var channel = server.channel();
    if (channel == null) {
      return;
    }
    stock.remove(server);
    channel.config().setAutoRead(false);
    // In a task of its own: a read that is under way is called off before.
    loop.execute(
        () -> channel.deregister().addListener(done -> to.loop().execute(() -> to.adopt(server))));
  }

  void adopt(ServerConnection server) {
    var channel = server.channel();
    if (channel == null) {
      return;
    }
    server.keeper(shard);
    stock.add(server);
    loop.register(channel)
        .addListener(
            registered -> {
              if (!registered.isSuccess() || !channel.isActive()) {
                shard.lost(server, "it was closed while it moved between loops", true);
                channel.close();
                return;
              }
              channel.config().setAutoRead(true);
              shard.free(server);
            });
  }
}
