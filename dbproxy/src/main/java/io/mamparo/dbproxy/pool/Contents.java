package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.server.ServerConnection;
import java.util.List;

/** What is in a shard, for onlookers. Stateless; called on the shard's loop. */
public final class Contents {
  private Contents() {}

  /** Its connections, lent or free; a copy. */
  public static List<ServerConnection> of(PoolShard shard) {
    return shard.stock.all();
  }
}
