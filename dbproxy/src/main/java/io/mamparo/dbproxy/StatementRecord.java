package io.mamparo.dbproxy;

import org.jspecify.annotations.Nullable;

/**
 * One finished statement: a Query, or a batch of extended messages up to its Sync. A flyweight that
 * belongs to its loop: valid only during the call, never to be kept.
 */
public interface StatementRecord {
  /** The database's name as clients know it. */
  String database();

  /** The login's user. */
  String login();

  /** The service the login was made for; null for people. */
  @Nullable String service();

  /** The first statement's normalised text. */
  Fingerprint fingerprint();

  /** Rows returned or changed, from the command tags. */
  long rows();

  /** Bytes the client sent for it. */
  long bytesIn();

  /** Bytes the client was sent for it. */
  long bytesOut();

  /** How long it waited for a server connection, in nanoseconds. */
  long queueNanos();

  /** From the moment a server was at hand to ReadyForQuery, in nanoseconds. */
  long executionNanos();

  /** When it ended, in the proxy's {@link io.mamparo.kernel.Clock#nanos()}. */
  long endNanos();

  /** The five characters of the error that ended it; null when it succeeded. */
  @Nullable String sqlState();

  /** Whether its text ended in a comment with a W3C traceparent. */
  boolean traced();

  /** Upper half of the trace id; 0 without one. */
  long traceHigh();

  /** Lower half of the trace id; 0 without one. */
  long traceLow();

  /** The caller's span id; 0 without one. */
  long parentSpan();

  /** Whether the caller asked to keep the trace. */
  boolean sampled();

  /** Whether its session was pinned to its server connection. */
  boolean pinned();

  /** The process on the server that it ran in; 0 when it got none. */
  int backendPid();

  /** The index of the loop it ran on. */
  int loop();
}
