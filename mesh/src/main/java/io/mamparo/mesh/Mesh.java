package io.mamparo.mesh;

import io.mamparo.kernel.Clock;
import io.mamparo.resilience.breaker.BreakerListener;
import io.mamparo.resilience.outlier.OutlierListener;
import io.mamparo.wire.net.Loops;
import java.time.Duration;

/**
 * The mesh: every HTTP request of the stack goes through it. Safe for use by several threads; the
 * requests themselves run on the loops.
 */
@SuppressWarnings("DoNotCallSuggester") // signatures first
public final class Mesh implements AutoCloseable {
  private final Faults faults = new Faults();

  private Mesh() {}

  /**
   * Begins to listen.
   *
   * @throws io.mamparo.kernel.Problem when an address cannot be listened on; nothing is left open
   */
  public static Mesh start(Loops loops, MeshConfig config, Clock clock, Listeners listeners) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Who hears of what.
   *
   * @param seed of all randomness: balancing, weights, faults, jitter, trace ids
   */
  public record Listeners(
      RequestListener requests,
      HeadSampler sampler,
      BreakerListener breakers,
      OutlierListener outliers,
      long seed) {
    /** Nobody hears of anything; random seed. */
    public static Listeners none() {
      return new Listeners(
          RequestListener.NONE,
          HeadSampler.NEVER,
          BreakerListener.NONE,
          OutlierListener.NONE,
          new java.security.SecureRandom().nextLong());
    }

    /** The same, with somebody who hears of requests. */
    public Listeners withRequests(RequestListener to) {
      return new Listeners(to, sampler, breakers, outliers, seed);
    }
  }

  /**
   * Replaces the configuration as a whole. When it returns, new requests on all loops follow it;
   * requests under way are left alone. Blocks for some milliseconds: not for use on a loop.
   *
   * @throws io.mamparo.kernel.Problem when a new address cannot be listened on; the old
   *     configuration then holds
   */
  public void apply(MeshConfig config) {
    throw new UnsupportedOperationException("not yet");
  }

  /** The port of a listener; -1 when there is none with this id. */
  public int port(String listener) {
    throw new UnsupportedOperationException("not yet");
  }

  /** The faults, which can be changed at any time. */
  public Faults faults() {
    return faults;
  }

  /** How things stand. Blocks nobody; may be called each second. */
  public MeshSnapshot observe() {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Stops listening, lets requests under way end, then closes every connection. Blocks until done,
   * at most {@code drain} and a little.
   */
  public void close(Duration drain) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Closes with a drain of five seconds. */
  @Override
  public void close() {
    close(Duration.ofSeconds(5));
  }
}
