package io.mamparo.app.life;

import io.mamparo.app.events.AccessLog;
import io.mamparo.app.events.AuditFile;
import io.mamparo.app.events.HttpEvents;
import io.mamparo.app.events.Nodes;
import io.mamparo.app.events.PlaneGauges;
import io.mamparo.app.events.SlowLog;
import io.mamparo.app.events.SqlEvents;
import io.mamparo.app.events.Taps;
import io.mamparo.dbproxy.ProxyListener;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.kernel.Clock;
import io.mamparo.mesh.HeadSampler;
import io.mamparo.mesh.Mesh;
import io.mamparo.mesh.RequestListener;
import io.mamparo.mesh.RequestRecord;
import io.mamparo.model.Percentage;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import io.mamparo.model.TelemetrySpec;
import io.mamparo.telemetry.SamplingRule;
import io.mamparo.telemetry.SloKind;
import io.mamparo.telemetry.SloSpec;
import io.mamparo.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the planes tell, and where telemetry takes it. Safe for use by several threads. */
final class Signals implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Signals.class.getName());

  private final Telemetry telemetry;
  private final PlaneGauges gauges;
  private final HttpEvents http;
  private final SqlEvents sql;
  private final Taps taps = new Taps();
  private final AccessLog access;
  private final SlowLog slow;
  private volatile Map<String, io.mamparo.telemetry.HeadSampler> samplers = Map.of();
  private @Nullable Thread watcher;

  /**
   * Sends what is told to telemetry.
   *
   * @param audit where decisions on log-ins are written
   * @param slow where slow statements are written
   * @param accessLog where requests are written, once a stack wants that
   */
  Signals(
      Telemetry telemetry, Clock clock, int loops, AuditFile audit, SlowLog slow, Path accessLog) {
    this.slow = slow;
    this.telemetry = telemetry;
    gauges = new PlaneGauges(telemetry);
    http = new HttpEvents(telemetry, gauges::http, loops);
    sql = new SqlEvents(telemetry, clock, gauges::sql, http, loops, audit, slow);
    access =
        new AccessLog(
            accessLog,
            telemetry
                .counters(
                    "mamparo_access_log_left_out_total",
                    "Lines of the access log for which there was no room.")
                .with());
    resetSamplers();
  }

  /** Who watch requests. */
  Taps taps() {
    return taps;
  }

  private void resetSamplers() {
    samplers =
        Map.of(
            Nodes.INGRESS, telemetry.headSampler(Nodes.INGRESS),
            Nodes.VISITOR, telemetry.headSampler(Nodes.VISITOR));
  }

  /** Who hears of requests. */
  Mesh.Listeners mesh(long seed) {
    Mesh.Listeners none = Mesh.Listeners.none();
    HeadSampler sampler =
        (caller, service, traceLow, loop) -> {
          io.mamparo.telemetry.HeadSampler of = samplers.get(caller);
          return of != null && of.sample(traceLow);
        };
    RequestListener all =
        new RequestListener() {
          @Override
          public void onRequest(RequestRecord request) {
            http.onRequest(request);
            taps.onRequest(request);
            access.onRequest(request);
          }

          @Override
          public void onTry(RequestRecord attempt) {
            http.onTry(attempt);
            taps.onTry(attempt);
          }

          @Override
          public void onEnter(RequestRecord request) {
            http.onEnter(request);
          }

          @Override
          public void onLeave(RequestRecord request) {
            http.onLeave(request);
          }
        };
    return new Mesh.Listeners(all, sampler, none.breakers(), none.outliers(), seed);
  }

  /** Who hears of statements. */
  ProxyListener proxy() {
    return sql;
  }

  /** A stack takes another one's place: its nodes, objectives and rules. */
  void stack(Stack before, Stack now) {
    Nodes.show(telemetry, before, now);
    access.follow(now.mesh().accessLog());
    http.forget();
    sql.forget();
    slow.configure(now.telemetry().slowLog());
    telemetry.promise(objectives(now));
    TelemetrySpec.Sampling sampling = now.telemetry().sampling();
    SamplingRule usual = SamplingRule.DEFAULT;
    telemetry.sample(
        new SamplingRule(
            sampling.tracesPerSecond().perSecond(),
            sampling.rest().ratio(),
            sampling.slow(),
            usual.maxErrorsPerSecond(),
            usual.maxSlowPerSecond(),
            usual.maxSampledPerSecond()),
        Map.of());
    resetSamplers();
  }

  static List<SloSpec> objectives(Stack stack) {
    List<SloSpec> specs = new ArrayList<>();
    for (ServiceSpec service : stack.services().values()) {
      int days = Math.clamp(Math.ceilDiv(service.slo().window().toHours(), 24), 1, 90);
      Percentage availability = service.slo().availability();
      if (availability != null) {
        specs.add(
            new SloSpec(service.name(), SloKind.AVAILABILITY, availability.ratio(), days, null));
      }
      io.mamparo.model.SloSpec.Latency latency = service.slo().latency();
      if (latency != null) {
        specs.add(
            new SloSpec(
                service.name(), SloKind.LATENCY, latency.share().ratio(), days, latency.under()));
      }
    }
    return specs;
  }

  /** Looks at the planes once a second. */
  void watch(Supplier<Observed> observe, Supplier<List<ProxyTotals>> totals) {
    watcher = Thread.ofVirtual().name("gauges").start(() -> look(observe, totals));
  }

  private void look(Supplier<Observed> observe, Supplier<List<ProxyTotals>> totals) {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Observed now = observe.get();
        gauges.look(now.mesh(), now.proxy(), now.services(), now.databases());
        gauges.totals(totals.get());
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "looking at the planes", e);
      }
      try {
        Thread.sleep(Duration.ofSeconds(1));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    access.close();
    Thread running = watcher;
    if (running != null) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    slow.close();
  }
}
