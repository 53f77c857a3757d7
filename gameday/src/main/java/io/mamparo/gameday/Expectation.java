package io.mamparo.gameday;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What should hold although things break. */
public sealed interface Expectation {
  /** The expectation as a sentence. */
  String text();

  /** At most this share of a load's requests fails. */
  record Failures(String load, double atMost, Window window) implements Expectation {
    @Override
    public String text() {
      return load + ": at most " + percent(atMost) + " of requests fail, " + window.text();
    }
  }

  /** A percentile of a load's latency stays within a limit. */
  record Latency(String load, double percentile, Duration atMost, Window window)
      implements Expectation {
    @Override
    public String text() {
      return load
          + ": p"
          + number(percentile)
          + " at most "
          + atMost.toMillis()
          + " ms, "
          + window.text();
    }
  }

  /** A percentile is back within a limit so long after a fault began, while the fault goes on. */
  record LatencyBack(String load, double percentile, Duration atMost, Duration within, String fault)
      implements Expectation {
    @Override
    public String text() {
      return load
          + ": p"
          + number(percentile)
          + " back to at most "
          + atMost.toMillis()
          + " ms within "
          + Window.seconds(within)
          + " after "
          + fault;
    }
  }

  /**
   * A percentile rises by less than a share of what it was, or by less than an absolute floor: in
   * the median of slices of five seconds, or at least in the best of them. Faults that alternate
   * with calm tell a move of theirs from one of the machine's. That it falls is no harm done.
   */
  record Unmoved(
      String load,
      double percentile,
      double byLess,
      Duration floor,
      List<Window> during,
      List<Window> calm)
      implements Expectation {
    public Unmoved {
      during = List.copyOf(during);
      calm = List.copyOf(calm);
    }

    @Override
    public String text() {
      String noise = floor.isZero() ? "" : " (rises below " + floor.toMillis() + " ms are noise)";
      return load
          + ": p"
          + number(percentile)
          + " rises by less than "
          + percent(byLess)
          + noise
          + ", "
          + Window.text(during)
          + " against "
          + Window.text(calm);
    }
  }

  /** No connection of a load was dropped by the peer. */
  record ConnectionsKept(String load) implements Expectation {
    @Override
    public String text() {
      return load + ": no connection is dropped";
    }
  }

  /** Requests succeed again so soon after a database accepts connections again. */
  record SuccessAgain(String load, String database, Duration within, String fault)
      implements Expectation {
    @Override
    public String text() {
      return load
          + ": succeeds again within "
          + Window.seconds(within)
          + " after "
          + database
          + " accepts connections, following "
          + fault;
    }
  }

  /** A service is ready again, with all its replicas, so long after a fault began. */
  record Ready(String service, Duration within, String fault) implements Expectation {
    @Override
    public String text() {
      return service
          + ": all replicas healthy within "
          + Window.seconds(within)
          + " after "
          + fault;
    }
  }

  /** An edge's breaker goes through states, in order. */
  record Breaker(String from, String to, List<String> states) implements Expectation {
    public Breaker {
      states = List.copyOf(states);
    }

    @Override
    public String text() {
      return "breaker from " + from + " to " + to + " goes through " + String.join(", ", states);
    }
  }

  /** A service's error budget is seen to be spent. */
  record Budget(String service, double spendsAtLeast) implements Expectation {
    @Override
    public String text() {
      return service
          + ": its SLO shows that at least "
          + percent(spendsAtLeast)
          + " of the error budget is spent";
    }
  }

  private static String percent(double share) {
    return number(share * 100) + " %";
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
