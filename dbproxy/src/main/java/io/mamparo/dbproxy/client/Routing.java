package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.PoolMode;
import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Pool;
import io.mamparo.dbproxy.pool.PoolShard;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;

/** Which pool a session's next transaction goes to. Owned by one event loop. */
final class Routing {
  private final Session session;
  private final PoolShard main;
  private final PoolMode mode;
  private boolean wrote;

  /** When it last changed something, as far as anybody knows. */
  private long wroteAt;

  Routing(Session session, Account account, PoolMode mode) {
    this.session = session;
    this.mode = mode;
    main = here(account.pool());
  }

  private PoolShard here(Pool pool) {
    return pool.shards().get(session.desk().recorder().loop());
  }

  /** Where all goes that need not go elsewhere. */
  PoolShard main() {
    return main;
  }

  /**
   * Where the transaction goes that begins with this request: to replicas only when it cannot
   * write, nor miss what the client wrote before.
   *
   * @param in holds the request from {@code at}; {@code have} bytes of it are there
   */
  PoolShard choose(byte type, ByteBuf in, int at, int have) {
    Pool reads = session.account().reads();
    if (reads == null || mode == PoolMode.SESSION) {
      // What a session begins to read from it would have to write to, too.
      return main;
    }
    Cluster cluster = reads.cluster();
    boolean there = wrote ? cluster.fresh(wroteAt) : !cluster.readable().isEmpty();
    return there && ReadOnly.begins(session, type, in, at, have) ? here(reads) : main;
  }

  /** A stretch of requests has ended on a server of that shard, with this transaction state. */
  void ended(PoolShard shard, byte status, Segment last) {
    if (shard == main && status == Backend.IDLE) {
      wrote = true;
      wroteAt = last.endNanos();
    }
  }
}
