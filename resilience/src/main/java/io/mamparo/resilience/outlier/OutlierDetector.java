package io.mamparo.resilience.outlier;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds hosts that fail while their siblings do not, and takes them out for a while, as Envoy's
 * outlier detection does. Shared by all event loops; hosts come and go on a slow path.
 *
 * <p>Rules:
 *
 * <ul>
 *   <li>So many failures in a row eject a host at once.
 *   <li>Every interval, if enough hosts had enough requests, those whose success rate lies below
 *       {@code mean − deviations · σ} are ejected.
 *   <li>An ejection lasts {@code min(base · count, longest)} plus jitter, where {@code count} rises
 *       with each ejection and falls by one with every interval without.
 *   <li>Of fewer than two hosts none is ejected. Otherwise at most the configured share is, rounded
 *       down, but one always may: of two to nineteen hosts one, of twenty two, by the default.
 * </ul>
 *
 * <p>Jitter is a hash of the seed and the number of the ejection, so that a run can be replayed.
 */
public final class OutlierDetector {
  private static final Host[] NO_HOSTS = {};

  private final OutlierConfig config;
  private final int stripes;
  private final long seed;
  private final OutlierListener listener;
  private final AtomicInteger ejected = new AtomicInteger();
  private final AtomicLong ejections = new AtomicLong();
  private final AtomicLong nextSweep;
  private final Object changing = new Object();
  private volatile Host[] hosts = NO_HOSTS;

  /**
   * A detector without hosts.
   *
   * @param stripes how many threads report results, each with its own stripe from 0
   * @param seed for jitter
   * @param now the monotonic time in nanoseconds
   */
  public OutlierDetector(
      OutlierConfig config, int stripes, long seed, OutlierListener listener, long now) {
    this.config = config;
    this.stripes = stripes;
    this.seed = seed;
    this.listener = listener;
    this.nextSweep = new AtomicLong(now + config.interval().toNanos());
  }

  /** Adds a host, not ejected. For the slow path: takes a lock and copies the list. */
  public Host add(String name) {
    Host host = new Host(name, this, stripes);
    synchronized (changing) {
      Host[] longer = Arrays.copyOf(hosts, hosts.length + 1);
      longer[hosts.length] = host;
      hosts = longer;
    }
    return host;
  }

  /** Forgets a host; its late results are harmless. */
  public void remove(Host host) {
    synchronized (changing) {
      int before = hosts.length;
      hosts = Arrays.stream(hosts).filter(other -> other != host).toArray(Host[]::new);
      if (hosts.length < before && host.ejected()) {
        ejected.decrementAndGet();
      }
    }
  }

  /** The hosts. */
  public List<Host> hosts() {
    return List.of(hosts);
  }

  /** How many hosts are ejected, as far as anybody has looked. */
  public int ejected() {
    return ejected.get();
  }

  /** How many ejections there have been. */
  public long ejections() {
    return ejections.get();
  }

  /** Compares success rates if the interval is over; any loop's timer may call it, often. */
  public void sweep(long now) {
    long due = nextSweep.get();
    if (now - due < 0 || !nextSweep.compareAndSet(due, now + config.interval().toNanos())) {
      return;
    }
    Host[] all = hosts;
    double[] rates = new double[all.length];
    for (int i = 0; i < all.length; i++) {
      boolean in = all[i].available(now);
      all[i].sweepEjections();
      double rate = all[i].sweepRate(config.minimumRequests());
      rates[i] = in ? rate : -1;
    }
    double threshold = threshold(rates, config.minimumHosts(), config.deviations());
    for (int i = 0; i < all.length; i++) {
      if (rates[i] >= 0 && rates[i] < threshold) {
        eject(all[i], OutlierListener.Reason.SUCCESS_RATE, now);
      }
    }
  }

  /**
   * Below which success rate a host is an outlier: {@code mean − deviations · σ} of the rates that
   * are not negative; nothing is when there are fewer than {@code minimumHosts} of them.
   *
   * @param rates success rates in percent, -1 where there were too few requests
   */
  public static double threshold(double[] rates, int minimumHosts, double deviations) {
    int count = 0;
    double sum = 0;
    for (double rate : rates) {
      if (rate >= 0) {
        count++;
        sum += rate;
      }
    }
    if (count < minimumHosts) {
      return Double.NEGATIVE_INFINITY;
    }
    double mean = sum / count;
    double squares = 0;
    for (double rate : rates) {
      if (rate >= 0) {
        squares += (rate - mean) * (rate - mean);
      }
    }
    return mean - deviations * Math.sqrt(squares / count);
  }

  OutlierConfig config() {
    return config;
  }

  void eject(Host host, OutlierListener.Reason reason, long now) {
    if (!reserve()) {
      return;
    }
    long nanos = length(host.ejections() + 1);
    if (!host.leave(now + nanos)) {
      ejected.decrementAndGet();
      return;
    }
    ejections.incrementAndGet();
    listener.ejected(host, reason, host.countEjection(), nanos, now);
  }

  void returned(Host host, long now) {
    ejected.decrementAndGet();
    listener.returned(host, now);
  }

  /** Takes one of the places that ejected hosts may have. */
  private boolean reserve() {
    int most = Panic.mostEjected(hosts.length, config.mostEjected());
    int before = ejected.get();
    while (before < most) {
      if (ejected.compareAndSet(before, before + 1)) {
        return true;
      }
      before = ejected.get();
    }
    return false;
  }

  private long length(int count) {
    long plain =
        Math.min(
            config.baseEjection().toNanos() * Math.min(count, 1_000_000),
            config.longestEjection().toNanos());
    return plain + Jitter.below(config.jitter().toNanos(), seed, ejections.get());
  }
}
