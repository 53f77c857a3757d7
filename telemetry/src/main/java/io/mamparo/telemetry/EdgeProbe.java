package io.mamparo.telemetry;

/** What only the plane knows about an edge; asked from any thread about once a second. */
public interface EdgeProbe {
  /** Requests on their way now. */
  long inFlight();

  /** {@code closed}, {@code open} or {@code half-open}. */
  String breaker();

  /** The probe of an edge nobody knows more about. */
  EdgeProbe NONE =
      new EdgeProbe() {
        @Override
        public long inFlight() {
          return 0;
        }

        @Override
        public String breaker() {
          return "closed";
        }
      };
}
