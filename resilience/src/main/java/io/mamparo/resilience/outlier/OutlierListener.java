package io.mamparo.resilience.outlier;

/** Told of ejections and returns, once each, by the thread that caused them; must not block. */
public interface OutlierListener {
  /** Tells nobody. */
  OutlierListener NONE =
      new OutlierListener() {
        @Override
        public void ejected(Host host, Reason reason, int count, long nanos, long now) {}

        @Override
        public void returned(Host host, long now) {}
      };

  /** Why a host was ejected. */
  enum Reason {
    /** Too many failures in a row. */
    CONSECUTIVE_FAILURES,
    /** Its success rate lies far below that of the others. */
    SUCCESS_RATE
  }

  /**
   * A host was ejected.
   *
   * @param count how often it has been lately; the length grows with it
   * @param nanos for how long
   */
  void ejected(Host host, Reason reason, int count, long nanos, long now);

  /** A host is back. */
  void returned(Host host, long now);
}
