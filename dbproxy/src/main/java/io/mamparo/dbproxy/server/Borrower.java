package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.ErrorFields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Who holds a server connection: a session. Called on the loop both live on. */
public interface Borrower {
  /** What onlookers know it by; 0 for nobody's. */
  default int clientId() {
    return 0;
  }

  /** Whole messages, or a stretch of a large one, for the client; the callee owns the bytes. */
  void reply(ByteBuf bytes);

  /** What was replied may go out. */
  void flushReplies();

  /** The thing given with a PARSE or CLOSE was carried out; or a QUERY was. */
  void done(byte kind, @Nullable Object thing);

  /** The thing given with a PARSE or CLOSE was skipped or failed. */
  void undone(byte kind, @Nullable Object thing);

  /** A command has completed; {@code in} holds its tag. */
  void completed(ByteBuf in, int tagAt, int tagEnd, Segment segment);

  /** A parameter has a new value, by the client's own doing. */
  void parameter(String name, String value);

  /** The value of a parameter that the client was last told; null when it need not be told. */
  @Nullable String told(String name);

  /**
   * An error for the client.
   *
   * @param in holds the whole message, from {@code at}
   * @param thing the thing given with the request that failed
   * @return the message to send instead of it, null to leave it as it is
   */
  @Nullable ByteBuf error(
      ByteBuf in, int at, int length, ErrorFields fields, @Nullable Object thing);

  /**
   * The server will not run this statement any more as it was prepared.
   *
   * @return the same under another name, to be used from now on, for which the borrower waits until
   *     nothing is owed; null when it has to hear the error
   */
  default @Nullable SharedStatement renew(Replies.Reference stale) {
    return null;
  }

  /** A segment has ended; called before {@link #drained}. */
  void segmentEnded(Segment segment, byte status);

  /** Nothing is owed any more; the session may go on with what it held back, or give back. */
  void drained();

  /** The server went away. What it owed is in {@code owed}, until the end of the call. */
  void serverLost(Replies owed, String reason, boolean midMessage);

  /** The server can take more bytes again, or cannot. */
  void serverWritable(boolean writable);

  /** Whether the client can take more bytes. */
  boolean clientWritable();

  /** Looks whether the client takes longer than it may. */
  void remind(long now, Times times);
}
