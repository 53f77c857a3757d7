package io.mamparo.model.schema;

import io.mamparo.model.BreakerSpec;
import io.mamparo.model.ByteSize;
import io.mamparo.model.Defaults;
import io.mamparo.model.HealthSpec;
import io.mamparo.model.HedgeSpec;
import io.mamparo.model.OutlierSpec;
import io.mamparo.model.Percentage;
import io.mamparo.model.Rate;
import io.mamparo.model.RestartSpec;
import io.mamparo.model.RetrySpec;
import io.mamparo.model.SloSpec;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What a service's reliability is made of: health, retries, breaker, outliers, SLO, restarts. */
final class GuardSchema {
  private GuardSchema() {}

  /** {@code services.NAME.health}. */
  static Section<HealthSpec> health() {
    HealthSpec d = Defaults.HEALTH;
    Type<String> url = Scalar.matching("path", "/\\S*", "a path that starts with '/'");
    Key<String> path =
        Key.optional(
            "path",
            url,
            "a TCP connection is enough",
            "Asked with GET, in the service's `protocol`; 200 to 399 is healthy.");
    Key<Boolean> grpc =
        Key.of(
            "grpc",
            MatchSchema.FLAG,
            false,
            "Asks gRPC's health service (`grpc.health.v1.Health/Check`) about the whole server,"
                + " which is healthy when it answers SERVING. In place of `path`, with"
                + " `protocol: h2`.");
    Key<Duration> interval =
        Key.of("interval", Scalar.DURATION, d.interval(), "Between two checks of a replica.");
    Key<Duration> timeout =
        Key.of("timeout", Scalar.DURATION, d.timeout(), "Of one check, with its connection.");
    Key<Integer> healthy =
        Key.of(
            "healthy-after",
            Scalar.integer(1, 100),
            d.healthyAfter(),
            "Checks in a row that make a replica healthy.");
    Key<Integer> unhealthy =
        Key.of(
            "unhealthy-after",
            Scalar.integer(1, 100),
            d.unhealthyAfter(),
            "Failed checks in a row that make it unhealthy.");
    Key<Duration> start =
        Key.of(
            "start-period",
            Scalar.DURATION,
            d.startPeriod(),
            "After the start, in which failed checks do not count.");
    return Section.of(
            "services.NAME.health",
            "How Mamparo finds out whether a replica works. Only healthy replicas get requests.",
            List.of(path, grpc, interval, timeout, healthy, unhealthy, start),
            f ->
                new HealthSpec(
                    f.find(path),
                    f.get(grpc),
                    f.get(interval),
                    f.get(timeout),
                    f.get(healthy),
                    f.get(unhealthy),
                    f.get(start)))
        .orShort(
            url,
            p ->
                new HealthSpec(
                    p,
                    false,
                    d.interval(),
                    d.timeout(),
                    d.healthyAfter(),
                    d.unhealthyAfter(),
                    d.startPeriod()));
  }

  /** {@code services.NAME.retries}. */
  static Section<RetrySpec> retries() {
    RetrySpec d = Defaults.RETRIES;
    Key<Percentage> budget =
        Key.of(
            "budget",
            Scalar.PERCENTAGE,
            d.budget(),
            "Retries as a share of the requests of the last 10 s.");
    Key<Rate> reserve =
        Key.of(
            "reserve",
            Scalar.RATE,
            d.reserve(),
            "Retries that are allowed whatever the share, so that quiet services retry too.");
    Key<Integer> attempts =
        Key.of("attempts", Scalar.integer(1, 10), d.attempts(), "Tries at most, the first counts.");
    Key<List<RetrySpec.Condition>> on =
        Key.of(
            "on",
            Types.list(Scalar.oneOf(RetrySpec.Condition.class), "[connect, reset]"),
            d.on().stream().sorted().toList(),
            "What is tried again. A refused connection is retried for every method.");
    Key<List<String>> methods =
        Key.of(
            "methods",
            Types.list(
                Scalar.matching("HTTP method", "[A-Z]{3,10}", "an HTTP method such as GET"),
                "[GET, HEAD]"),
            d.methods().stream().sorted().toList(),
            "Methods that may be tried again although the service may have acted on them.");
    Key<ByteSize> replay =
        Key.of(
            "replay",
            Scalar.SIZE,
            d.replay(),
            "Of a request's body at most; a longer one is not tried again. At most 16MiB.");
    Key<Duration> backoff =
        Key.of(
            "backoff",
            Scalar.DURATION,
            d.backoff(),
            "Before the second try; doubles with each, with jitter.");
    return Section.of(
        "services.NAME.retries",
        "When a request is tried again, on another replica if there is one.",
        List.of(budget, reserve, attempts, on, methods, replay, backoff),
        f ->
            new RetrySpec(
                f.get(budget),
                f.get(reserve),
                f.get(attempts),
                Set.copyOf(f.get(on)),
                Set.copyOf(f.get(methods)),
                f.get(replay),
                f.get(backoff)));
  }

  /** {@code services.NAME.hedge}. */
  static Section<HedgeSpec> hedge() {
    HedgeSpec d = Defaults.HEDGE;
    Scalar<HedgeSpec.Delay> delay =
        new Scalar<>("duration, or percentile such as p95", HedgeSpec.Delay::parse);
    Key<HedgeSpec.Delay> after =
        Key.of(
            "after",
            delay,
            d.after(),
            "How long the first replica is waited for: a duration from `1ms` on, or a percentile of"
                + " the latency that this caller has seen in the last 10 to 20 s, at least 1ms."
                + " Each core measures for itself, and hedges once it has seen 100 answers.");
    Key<Percentage> budget =
        Key.of(
            "budget",
            Scalar.PERCENTAGE,
            d.budget(),
            "Hedges as a share of those requests of the last 10 s that could be hedged. Hedges are"
                + " charged to the budget of `retries` too.");
    return Section.of(
            "services.NAME.hedge",
            "When a request whose replica has not begun to answer is sent to another one as well:"
                + " the first answer wins, the other try is called off. Only what may be tried again"
                + " is: `retries` says which `methods`, and how much of a body; and only once."
                + " Nothing is hedged while the breaker is not closed, the bulkhead is full, or no"
                + " other replica is healthy.",
            List.of(after, budget),
            f -> {
              if (f.get(budget).millionths() == 0) {
                throw new IllegalArgumentException("budget must be more than 0%; write hedge: off");
              }
              return new HedgeSpec(f.get(after), f.get(budget));
            })
        .orShort(delay, text -> new HedgeSpec(text, d.budget()));
  }

  /** {@code services.NAME.breaker} and {@code proxy.breaker}. */
  static Section<BreakerSpec> breaker(String path) {
    BreakerSpec d = Defaults.BREAKER;
    Key<Percentage> failures =
        Key.of(
            "failures",
            Scalar.PERCENTAGE,
            d.failures(),
            "Share of failed calls in the window that opens it.");
    Key<Duration> slow =
        Key.optional(
            "slow",
            Scalar.DURATION,
            "slowness does not count",
            "Calls that take longer count as slow.");
    Key<Percentage> slowCalls =
        Key.of(
            "slow-calls",
            Scalar.PERCENTAGE,
            d.slowCalls(),
            "Share of slow calls in the window that opens it.");
    Key<Duration> open =
        Key.of(
            "open",
            Scalar.DURATION,
            d.open(),
            "How long calls are refused before some are let through as probes.");
    Key<Duration> window =
        Key.of("window", Scalar.DURATION, d.window(), "Over which calls are counted; 1s to 1h.");
    Key<Integer> minimum =
        Key.of(
            "minimum-calls",
            Scalar.integer(1, 1_000_000),
            d.minimumCalls(),
            "In the window before it may open.");
    Key<Integer> probes =
        Key.of(
            "probes",
            Scalar.integer(1, 1_000),
            d.probes(),
            "Calls that are let through when half open; they decide whether it closes.");
    return Section.of(
        path,
        "When calls are refused at once because too many have failed or were slow.",
        List.of(failures, slow, slowCalls, open, window, minimum, probes),
        f ->
            new BreakerSpec(
                f.get(failures),
                f.find(slow),
                f.get(slowCalls),
                f.get(open),
                f.get(window),
                f.get(minimum),
                f.get(probes)));
  }

  /** {@code services.NAME.outliers}. */
  static Section<OutlierSpec> outliers() {
    OutlierSpec d = Defaults.OUTLIERS;
    Key<Integer> failures =
        Key.of(
            "failures",
            Scalar.integer(1, 1_000),
            d.failures(),
            "Failed requests in a row that eject a replica.");
    Key<Duration> ejection =
        Key.of(
            "ejection",
            Scalar.DURATION,
            d.ejection(),
            "How long it is left out, times the number of ejections in a row.");
    Key<Duration> longest =
        Key.of("max-ejection", Scalar.DURATION, d.maxEjection(), "How long at most.");
    Key<Percentage> share =
        Key.of(
            "max-ejected",
            Scalar.PERCENTAGE,
            d.maxEjected(),
            "Share of the replicas that may be left out at once; one always may.");
    return Section.of(
        "services.NAME.outliers",
        "When a replica that answers worse than the others is left out for a while.",
        List.of(failures, ejection, longest, share),
        f -> new OutlierSpec(f.get(failures), f.get(ejection), f.get(longest), f.get(share)));
  }

  /** {@code services.NAME.slo}. */
  static Section<SloSpec> slo() {
    SloSpec d = Defaults.SLO;
    Key<Percentage> availability =
        Key.of(
            "availability",
            Scalar.PERCENTAGE,
            java.util.Objects.requireNonNull(d.availability()),
            "Share of requests that do not fail (5xx or no answer). Less than 100%.");
    Key<SloSpec.Latency> latency =
        Key.of(
            "latency",
            Scalar.LATENCY,
            java.util.Objects.requireNonNull(d.latency()),
            "Share of requests that are faster than a threshold.");
    Key<Duration> window =
        Key.of(
            "window",
            Scalar.DURATION,
            d.window(),
            "Over which the promise is kept and the error budget is spent; 1h to 90d.");
    return Section.of(
        "services.NAME.slo",
        "What the service promises. Its error budget and burn rates follow from it.",
        List.of(availability, latency, window),
        f -> new SloSpec(f.get(availability), f.get(latency), f.get(window)));
  }

  /** {@code services.NAME.restart}. */
  static Section<RestartSpec> restart() {
    RestartSpec d = Defaults.RESTART;
    Key<Duration> backoff =
        Key.of(
            "backoff",
            Scalar.DURATION,
            d.backoff(),
            "Before the first restart; doubles with each, with jitter.");
    Key<Duration> longest = Key.of("max-backoff", Scalar.DURATION, d.maxBackoff(), "At most.");
    Key<Duration> reset =
        Key.of(
            "reset",
            Scalar.DURATION,
            d.reset(),
            "After running this long, the next restart waits for `backoff` again.");
    return Section.of(
        "services.NAME.restart",
        "What happens when a replica's process ends by itself.",
        List.of(backoff, longest, reset),
        f -> new RestartSpec(f.get(backoff), f.get(longest), f.get(reset)));
  }
}
