package io.mamparo.mesh.defend;

import io.mamparo.mesh.Hedge;
import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshConfig.RetryOn;
import io.mamparo.mesh.RouteRules;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How long a request may take, and when it is tried again or hedged: a service's way or a route's
 * own.
 */
public final class TryPolicy {
  public final long timeoutNanos;

  /** {@link Long#MAX_VALUE} without a time-out for each try. */
  public final long perTryNanos;

  public final int attempts;
  public final int replayBytes;
  public final long backoffNanos;
  public final Set<RetryOn> retryOn;

  /** When a slow request is sent to a second endpoint. */
  public final Hedge hedge;

  private final Set<String> methods;

  private TryPolicy(
      Duration timeout, @Nullable Duration perTry, MeshConfig.Retries retries, Hedge hedge) {
    timeoutNanos = timeout.toNanos();
    perTryNanos = perTry == null ? Long.MAX_VALUE : perTry.toNanos();
    attempts = retries.attempts();
    replayBytes = retries.replayBytes();
    backoffNanos = retries.backoff().toNanos();
    Set<RetryOn> on = EnumSet.noneOf(RetryOn.class);
    on.addAll(retries.on());
    retryOn = on;
    methods = retries.methods();
    this.hedge = hedge;
  }

  /** A service's own. */
  static TryPolicy of(MeshConfig.Service service) {
    return new TryPolicy(
        service.timeout(), service.perTryTimeout(), service.retries(), service.policy().hedge());
  }

  /** A service's with what a route says instead; the service's own when that says nothing. */
  public static TryPolicy of(ServicePlan service, RouteRules.Tries route) {
    if (route.equals(RouteRules.Tries.NONE)) {
      return service.tries;
    }
    MeshConfig.Service own = service.config;
    Duration timeout = route.timeout() == null ? own.timeout() : route.timeout();
    Duration perTry = route.perTryTimeout() == null ? own.perTryTimeout() : route.perTryTimeout();
    return new TryPolicy(
        timeout,
        perTry,
        route.retries() == null ? own.retries() : route.retries(),
        route.hedge() == null ? own.policy().hedge() : route.hedge());
  }

  /** Whether a method may be tried again although the service may have acted on it. */
  public boolean safe(String method) {
    return methods.contains(method);
  }
}
