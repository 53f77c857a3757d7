package io.mamparo.dbproxy.server;

/** What is noted of a server connection for its keeper, by whose clock. Owned by its loop. */
public final class Tenure {
  private boolean condemned;
  private long openedAt;
  private long freeSince;

  /** When it was opened. */
  public long openedAt() {
    return openedAt;
  }

  /** Since when it is free, or was asked for a sign of life. */
  public long freeSince() {
    return freeSince;
  }

  /** It was opened. */
  public void opened(long nanos) {
    openedAt = nanos;
  }

  /** It is free. */
  public void free(long nanos) {
    freeSince = nanos;
  }

  /** Whether it should be closed rather than lent again. */
  public boolean condemned() {
    return condemned;
  }

  /** It is not to be lent again. */
  public void condemn() {
    condemned = true;
  }
}
