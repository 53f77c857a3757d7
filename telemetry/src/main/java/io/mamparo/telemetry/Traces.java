package io.mamparo.telemetry;

import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import io.mamparo.store.Store;
import io.mamparo.telemetry.metrics.Exposition;
import io.mamparo.telemetry.spans.Samplers;
import io.mamparo.telemetry.spans.SpanRing;
import io.mamparo.telemetry.spans.TraceJudge;
import io.mamparo.telemetry.spans.TraceStore;
import io.mamparo.telemetry.storage.Partitions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * The way of a span: ring of its loop, judge, store. Writers belong to their loops, everything that
 * moves to the roll-up thread.
 */
final class Traces {
  private static final Logger LOG = System.getLogger(Traces.class.getName());
  private static final long WRITE_MILLIS = 500;

  private final Clock clock;
  private final Names names;
  private final Samplers samplers;
  private final List<SpanRing> rings;
  private final List<SpanWriter> writers;
  private final Map<String, HeadSampler> headSamplers = new ConcurrentHashMap<>();
  private final TraceStore stored;
  private final TraceJudge judge;
  private long writtenMillis;
  private boolean failing;

  Traces(Store store, TelemetryConfig config, Clock clock, int loops) {
    this.clock = clock;
    names = new Names(config.maxNames());
    samplers = new Samplers(names, config.sampling());
    rings = IntStream.range(0, loops).mapToObj(i -> new SpanRing(config.ringSpans())).toList();
    writers = rings.stream().map(SpanWriter::new).toList();
    stored = new TraceStore(store, new Partitions(store, "traces", config.traces()), names, clock);
    judge =
        new TraceJudge(clock, config.linger().toNanos(), config.pendingSpans(), samplers, stored);
    stored.partitions().enforce(millis() / 1000);
  }

  private long millis() {
    return clock.epochNanos() / 1_000_000L;
  }

  Names names() {
    return names;
  }

  SpanWriter writer(int loop) {
    return writers.get(loop);
  }

  Samplers samplers() {
    return samplers;
  }

  /** Entries are configured, not found, so their samplers need no bound. */
  HeadSampler headSampler(String entry) {
    return headSamplers.computeIfAbsent(
        entry, name -> new HeadSampler(clock, samplers.ruleOf(name)));
  }

  void sample(SamplingRule rule, Map<String, SamplingRule> byEntry) {
    samplers.set(rule, byEntry);
    headSamplers.forEach((entry, sampler) -> sampler.rule(samplers.ruleOf(entry)));
  }

  TraceStore stored() {
    return stored;
  }

  /** Reads the rings, judges what is due and writes what was kept. */
  void read() {
    judge.look();
    rings.forEach(ring -> ring.drain(judge));
    judge.judgeDue();
    long now = millis();
    if (now - writtenMillis >= WRITE_MILLIS || now < writtenMillis) {
      writtenMillis = now;
      guarded(() -> stored.write(now));
    }
  }

  void enforce() {
    guarded(() -> stored.enforce(millis()));
  }

  /** Judges and writes everything there is. */
  void finish() {
    judge.look();
    rings.forEach(ring -> ring.drain(judge));
    judge.judgeAll();
    guarded(() -> stored.write(millis()));
  }

  /** A disk that takes nothing is logged once, until it is over. */
  private void guarded(Runnable action) {
    try {
      action.run();
      failing = false;
    } catch (Problem e) {
      if (!failing) {
        LOG.log(Level.WARNING, e.forUser());
      }
      failing = true;
    }
  }

  void writeTo(Exposition out) {
    out.family("mamparo_spans_total", "counter", "Spans that ended, by loop.");
    for (int i = 0; i < rings.size(); i++) {
      out.sample("mamparo_spans_total", rings.get(i).written(), "loop", Integer.toString(i));
    }
    out.single(
        "mamparo_spans_lost_total",
        "counter",
        "Spans overwritten before they were read: where the ring's size bites.",
        sum(SpanRing::lost));
    out.single(
        "mamparo_spans_cut_off_total",
        "counter",
        "Spans left out of traces that have too many.",
        judge.cutOff());
    out.single(
        "mamparo_traces_pending", "gauge", "Traces that wait to be judged.", judge.pending());
    out.single(
        "mamparo_traces_judged_early_total",
        "counter",
        "Traces judged before their time because there was no room: where the limit bites.",
        judge.evicted());
    out.single(
        "mamparo_traces_without_entry_total",
        "counter",
        "Traces whose entry never ended here.",
        judge.orphans());
    out.single("mamparo_span_names", "gauge", "Names told apart in spans.", names.size());
    out.single(
        "mamparo_span_names_refused_total",
        "counter",
        "Names in spans that became other: where the limit bites.",
        names.refused());
    sampling(out);
  }

  private long sum(ToLongFunction<SpanRing> of) {
    return rings.stream().mapToLong(of).sum();
  }

  private void sampling(Exposition out) {
    List<SamplingState> states = samplers.states();
    out.family("mamparo_traces_judged_total", "counter", "Traces judged, by entry.");
    for (SamplingState state : states) {
      out.sample("mamparo_traces_judged_total", state.seen(), "entry", state.entry());
    }
    out.family("mamparo_traces_kept_total", "counter", "Traces kept, by entry and reason.");
    for (SamplingState state : states) {
      state
          .kept()
          .forEach(
              (reason, count) ->
                  out.sample(
                      "mamparo_traces_kept_total",
                      count,
                      "entry",
                      state.entry(),
                      "reason",
                      reason.label()));
    }
    out.family(
        "mamparo_traces_limited_total",
        "counter",
        "Traces that a reason would have kept, but for its limit a second.");
    for (SamplingState state : states) {
      state
          .limited()
          .forEach(
              (reason, count) ->
                  out.sample(
                      "mamparo_traces_limited_total",
                      count,
                      "entry",
                      state.entry(),
                      "reason",
                      reason.label()));
    }
  }
}
