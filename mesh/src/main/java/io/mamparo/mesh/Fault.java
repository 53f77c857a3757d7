package io.mamparo.mesh;

import java.time.Duration;

/** Something that is broken on purpose. It acts on a try, so that breakers and retries see it. */
public sealed interface Fault {
  /** Any caller. */
  String ANY = "*";

  /**
   * Calls of an edge take longer.
   *
   * @param from a caller, or {@link #ANY}
   * @param to a service
   * @param share of the tries, 0 to 1
   */
  record Delay(String from, String to, Duration delay, double share) implements Fault {
    public Delay {
      Fault.check(share);
    }
  }

  /**
   * Calls of an edge are answered with an error that the service never gave.
   *
   * @param from a caller, or {@link #ANY}
   * @param to a service
   * @param status 400 to 599
   * @param share of the tries, 0 to 1
   */
  record Abort(String from, String to, int status, double share) implements Fault {
    public Abort {
      Fault.check(share);
      if (status < 400 || status > 599) {
        throw new IllegalArgumentException("status must be 400 to 599");
      }
    }
  }

  /** One endpoint takes longer, whoever calls. */
  record SlowEndpoint(String service, String endpoint, Duration delay) implements Fault {}

  private static void check(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be 0 to 1");
    }
  }
}
