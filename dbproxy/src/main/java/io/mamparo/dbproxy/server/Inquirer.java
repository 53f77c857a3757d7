package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.ErrorFields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The proxy itself as the one who holds a server connection, to ask something of its own. There is
 * no client who would have to hear anything. Owned by one event loop.
 */
public abstract class Inquirer implements Keeper, Borrower {
  @Override
  public void free(ServerConnection free) {
    // It is lent for as long as it lives.
  }

  @Override
  public void reply(ByteBuf bytes) {
    bytes.release();
  }

  @Override
  public @Nullable ByteBuf error(
      ByteBuf in, int at, int length, ErrorFields fields, @Nullable Object thing) {
    return null;
  }

  @Override
  public void serverLost(Replies owed, String reason, boolean midMessage) {
    // The keeper hears of it.
  }

  @Override
  public void flushReplies() {}

  @Override
  public void done(byte kind, @Nullable Object thing) {}

  @Override
  public void undone(byte kind, @Nullable Object thing) {}

  @Override
  public void completed(ByteBuf in, int tagAt, int tagEnd, Segment segment) {}

  @Override
  public void parameter(String name, String value) {}

  @Override
  public @Nullable String told(String name) {
    return null;
  }

  @Override
  public void segmentEnded(Segment segment, byte status) {}

  @Override
  public void serverWritable(boolean writable) {}

  @Override
  public boolean clientWritable() {
    return true;
  }

  @Override
  public void remind(long now, Times times) {}
}
