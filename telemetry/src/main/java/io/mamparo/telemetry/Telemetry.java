package io.mamparo.telemetry;

import io.mamparo.kernel.Clock;
import io.mamparo.store.Batch;
import io.mamparo.store.Durability;
import io.mamparo.store.Store;
import io.mamparo.store.StoreOptions;
import io.mamparo.telemetry.metrics.EdgeState;
import io.mamparo.telemetry.metrics.Edges;
import io.mamparo.telemetry.metrics.Exposition;
import io.mamparo.telemetry.metrics.Past;
import io.mamparo.telemetry.metrics.RollUp;
import io.mamparo.telemetry.metrics.StatementTable;
import io.mamparo.telemetry.slo.ServiceLevels;
import io.mamparo.telemetry.storage.MinutePoints;
import io.mamparo.telemetry.storage.Partitions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known about how the stack does. Recorders are resolved once, at configuration
 * time, by any thread, and used by the event loops; questions are answered on any thread that may
 * block. One virtual thread reads the loops' counters and spans and writes the store.
 *
 * <p>After a kill what was counted in the last five seconds is missing; nothing else is, and
 * nothing is damaged.
 */
public final class Telemetry implements AutoCloseable {
  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  private final Clock clock;
  private final TelemetryConfig config;
  private final int loops;
  private final Store store;
  private final Edges edges;
  private final Past past;
  private final ServiceLevels levels;
  private final Families families;
  private final Traces traces;
  private final Ticker ticker;
  private final Map<StatementOwner, StatementTable> statements = new ConcurrentHashMap<>();
  private final MinutePoints points;

  private Telemetry(Store store, TelemetryConfig config, Clock clock, int loops) {
    this.store = store;
    this.config = config;
    this.clock = clock;
    this.loops = loops;
    edges = new Edges(loops, config.maxEdges());
    points = new MinutePoints(new Partitions(store, "points", config.metrics()));
    past = new Past(edges, points);
    levels = new ServiceLevels(store);
    families = new Families(loops);
    traces = new Traces(store, config, clock, loops);
    RollUp rollUp = new RollUp(edges, points, levels, second());
    ticker = new Ticker(this, clock, store, rollUp, points, levels);
  }

  /**
   * Opens the telemetry of a directory of its own and starts the roll-up.
   *
   * @param loops how many event loops record; their indexes are 0 to {@code loops - 1}
   * @throws io.mamparo.kernel.Problem when the directory is in use or cannot be read or written
   */
  public static Telemetry open(Path directory, TelemetryConfig config, Clock clock, int loops) {
    Telemetry telemetry = openStill(directory, config, clock, loops);
    telemetry.ticker.start();
    return telemetry;
  }

  /** As above, but time passes only with {@link #tick}. */
  static Telemetry openStill(Path directory, TelemetryConfig config, Clock clock, int loops) {
    Store store = Store.open(directory, StoreOptions.DEFAULT);
    try {
      return new Telemetry(store, config, clock, loops);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  void tick() {
    ticker.tick();
  }

  private long second() {
    return clock.epochNanos() / 1_000_000_000L;
  }

  // What the planes' events are counted with.

  /** The recorder of an edge; shows both its ends on the map. */
  public EdgeRecorder edge(String from, String to, EdgeKind kind) {
    EdgeState state = edges.edge(new EdgeKey(from, to, kind));
    return new EdgeRecorder(state);
  }

  /** The recorder of what people run on a database. */
  public StatementRecorder statementsOf(String database) {
    return statementsOf(database, null);
  }

  /** The recorder of a service's statements on a database; of people's without a service. */
  public StatementRecorder statementsOf(String database, @Nullable String service) {
    return new StatementRecorder(
        statements.computeIfAbsent(
            new StatementOwner(database, service),
            owner -> new StatementTable(service, loops, config.maxStatements())));
  }

  /**
   * Counters of one name ({@code mamparo_…_total}), created when there are none. Those of time
   * ({@code …_seconds_total}) are added to in nanoseconds.
   */
  public CounterFamily counters(String name, String help, String... labelNames) {
    return families.counters(name, help, labelNames);
  }

  /** Values of one name ({@code mamparo_…}), created when there are none. */
  public GaugeFamily gauges(String name, String help, String... labelNames) {
    return families.gauges(name, help, labelNames);
  }

  /** The numbers that stand for names in spans. */
  public Names names() {
    return traces.names();
  }

  /** The writer of an event loop's finished spans. */
  public SpanWriter spans(int loop) {
    return traces.writer(loop);
  }

  /** What marks traces as sampled at their start, for requests without trace context. */
  public HeadSampler headSampler(String entry) {
    return traces.headSampler(entry);
  }

  // What the map shows and what is promised.

  /** Says what a node is, and shows it even before anything reaches it. */
  public void node(String name, NodeKind kind) {
    edges.node(name, kind);
  }

  /** Takes a node and its edges off the map. */
  public void removeNode(String name) {
    edges.remove(name);
  }

  /** Takes an edge off the map; its recorders count for nothing from then on. */
  public void removeEdge(EdgeKey key) {
    edges.remove(key);
  }

  /** Sets all promises; those that are as before keep their counts. */
  public void promise(List<SloSpec> specs) {
    Map<String, Long> thresholds = new HashMap<>();
    for (SloSpec spec : specs) {
      Duration threshold = spec.threshold();
      if (threshold != null) {
        thresholds.put(spec.service(), threshold.toNanos());
      }
    }
    edges.latencyThresholds(thresholds);
    levels.set(specs, (int) (second() / 60));
  }

  /** Sets which traces are kept: for all entries, and for some by name. */
  public void sample(SamplingRule rule, Map<String, SamplingRule> byEntry) {
    traces.sample(rule, byEntry);
  }

  // Questions.

  /** The newest traces that match. */
  public List<TraceSummary> traces(TraceQuery query) {
    return traces.stored().search(query);
  }

  /** A trace by its id of 32 hexadecimal digits; nothing if it is none or was not kept. */
  public Optional<Trace> trace(String traceId) {
    if (!TRACE_ID.matcher(traceId).matches()) {
      return Optional.empty();
    }
    return traces
        .stored()
        .trace(
            Long.parseUnsignedLong(traceId, 0, 16, 16),
            Long.parseUnsignedLong(traceId, 16, 32, 16));
  }

  /** What decides about traces, and what it has decided, by entry. */
  public List<SamplingState> sampling() {
    return traces.samplers().states();
  }

  /** The service map over the last seconds. */
  public ServiceMap map(Duration window) {
    return past.map(ticker.now(), window);
  }

  /** The graph of everything that reaches a service or database. */
  public Optional<SeriesData> seriesOf(String node, Duration window) {
    return past.node(node, ticker.now(), window);
  }

  /** The graph of an edge. */
  public Optional<SeriesData> seriesOf(EdgeKey edge, Duration window) {
    return past.edge(edge, ticker.now(), window);
  }

  /** A database's statements by service, those with the most time first. */
  public List<StatementStats> statements(String database, int limit) {
    List<StatementStats> all = new ArrayList<>();
    statements.forEach(
        (owner, table) -> {
          if (owner.database().equals(database)) {
            all.addAll(table.stats(limit));
          }
        });
    all.sort(
        Comparator.comparingDouble(StatementStats::totalMs)
            .reversed()
            .thenComparing(StatementStats::text));
    return List.copyOf(all.subList(0, Math.min(limit, all.size())));
  }

  /** How all promises are kept. */
  public List<SloStatus> slos() {
    return levels.statuses();
  }

  /** The past of a promise. */
  public Optional<SloStatus.History> sloHistory(SloSpec spec) {
    return levels.history(spec);
  }

  /** Everything in the text format of Prometheus, version 0.0.4. */
  public String prometheus() {
    Exposition out = new Exposition();
    PrometheusPage page = new PrometheusPage(out);
    page.edges(edges);
    page.statements(statements);
    page.levels(levels.statuses());
    page.families(families);
    traces.writeTo(out);
    page.storage(
        new TreeMap<>(
            Map.of("metrics", points.partitions(), "traces", traces.stored().partitions())));
    page.process(loops, edges);
    return out.toString();
  }

  /** Called on the roll-up thread ten times a second. */
  void readSpans() {
    traces.read();
  }

  /** Judges and writes all traces at once. */
  void finishTraces() {
    traces.finish();
  }

  /** Called on the roll-up thread once a minute. */
  void minutePassed() {
    statements.values().forEach(StatementTable::makeRoom);
    points.partitions().enforce(second());
    traces.enforce();
  }

  /** Stops the roll-up, writes what is not written yet, and closes the store. */
  @Override
  public void close() {
    ticker.close();
    finishTraces();
    Batch batch = new Batch();
    levels.write(batch);
    store.write(batch, Durability.PROCESS);
    store.close();
  }
}
