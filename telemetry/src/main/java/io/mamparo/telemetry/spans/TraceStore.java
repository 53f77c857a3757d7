package io.mamparo.telemetry.spans;

import io.mamparo.kernel.Clock;
import io.mamparo.store.Batch;
import io.mamparo.store.Durability;
import io.mamparo.store.Entry;
import io.mamparo.store.Store;
import io.mamparo.store.Table;
import io.mamparo.telemetry.KeptBecause;
import io.mamparo.telemetry.Names;
import io.mamparo.telemetry.SpanAttribute;
import io.mamparo.telemetry.Trace;
import io.mamparo.telemetry.TraceQuery;
import io.mamparo.telemetry.TraceSummary;
import io.mamparo.telemetry.storage.Partitions;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The traces that were kept. Written by the roll-up thread, searched by any. In each partition lie
 *
 * <pre>
 * 'T' trace id, number   → spans (further numbers: stragglers)
 * 'B' milliseconds, number → block of summaries, in the order of judgement
 * </pre>
 *
 * Summaries are written in small blocks as traces are kept, and when there are enough of them, or a
 * minute has passed, once more in one large block in place of the small ones. A kill leaves small
 * blocks, which are as good.
 */
public final class TraceStore implements TraceJudge.Keeper {
  private static final int BLOCK_TRACES = 512;
  private static final long BLOCK_MILLIS = 60_000;
  private static final int MAX_TERMS = 64;
  private static final int MAX_TERM = 200;
  private static final byte TRACE = 'T';
  private static final byte BLOCK = 'B';

  private final Store store;
  private final Partitions partitions;
  private final Names names;
  private final Clock clock;
  private final TraceCodec codec;
  private final Batch batch = new Batch();
  private final List<Summary> fresh = new ArrayList<>(); // not written yet
  private final List<Summary> open = new ArrayList<>(); // written in small blocks
  private final List<byte[]> openKeys = new ArrayList<>();
  private long openedMillis;
  private int number;

  /** Traces in these partitions. */
  public TraceStore(Store store, Partitions partitions, Names names, Clock clock) {
    this.clock = clock;
    this.store = store;
    this.partitions = partitions;
    this.names = names;
    codec = new TraceCodec(names);
  }

  /** Where they are. */
  public Partitions partitions() {
    return partitions;
  }

  @Override
  public void keep(TraceJudge.TraceSpans trace, KeptBecause reason, int entry) {
    codec.clear();
    long[] slots = trace.slots();
    Set<String> terms = new LinkedHashSet<>();
    int root = trace.first();
    boolean error = false;
    long duration = 0;
    for (int at = trace.first(); at >= 0; at = trace.next(at)) {
      codec.add(slots, at);
      int flags = Slot.flags(slots[at + Slot.META]);
      error |= (flags & Slot.ERROR) != 0;
      if (slots[at + Slot.START] < slots[root + Slot.START]) {
        root = at;
      }
      if ((flags & Slot.ENTRY) != 0) {
        duration = Math.max(duration, slots[at + Slot.DURATION]);
      }
      addTerms(terms, slots, at);
    }
    byte[] key = traceKey(trace.high(), trace.low(), 0);
    batch.put(table(), key, codec.encode(trace.count()));
    fresh.add(
        new Summary(
            trace.high(),
            trace.low(),
            slots[root + Slot.START] / 1000,
            duration / 1000,
            trace.count(),
            error,
            reason,
            names.text(Slot.name(slots[root + Slot.NAMES])),
            names.text(entry),
            terms));
  }

  private void addTerms(Set<String> terms, long[] slots, int at) {
    long meta = slots[at + Slot.META];
    add(terms, SummaryBlock.SERVICE, names.text(Slot.service(meta)));
    add(terms, "", names.text(Slot.name(slots[at + Slot.NAMES])));
    add(terms, "peer=", names.text(Slot.peer(slots[at + Slot.NAMES])));
    add(terms, "", Slot.text(slots, at));
    if (Slot.status(meta) != 0) {
      add(terms, "status=", Integer.toString(Slot.status(meta)));
    }
    long codes = slots[at + Slot.CODES];
    for (int i = 0; i < Slot.ATTRIBUTES; i++) {
      SpanAttribute attribute = SpanAttribute.of((int) (codes >>> (8 * i)) & 0xff);
      long value = slots[at + Slot.VALUES + i];
      if (attribute != null && attribute.isHandle()) {
        add(terms, attribute.label() + "=", names.text((int) value));
      } else if (attribute == SpanAttribute.TRIES && value > 1) {
        add(terms, "tries=", Long.toString(value));
      }
    }
  }

  private static void add(Set<String> terms, String prefix, String value) {
    if (!value.isEmpty() && terms.size() < MAX_TERMS) {
      String term = prefix + value;
      terms.add(term.length() > MAX_TERM ? term.substring(0, MAX_TERM) : term);
    }
  }

  @Override
  public void straggler(long[] slots, int at) {
    codec.clear();
    codec.add(slots, at);
    number++;
    long hi = slots[at + Slot.TRACE_HI];
    long lo = slots[at + Slot.TRACE_LO];
    batch.put(table(), traceKey(hi, lo, number), codec.encode(1));
  }

  private Table table() {
    return partitions.current(clock.epochNanos() / 1_000_000_000L);
  }

  /** Writes what was kept since the last call. */
  public void write(long nowMillis) {
    if (!fresh.isEmpty()) {
      byte[] key = blockKey(nowMillis);
      batch.put(table(), key, SummaryBlock.encode(fresh));
      if (open.isEmpty()) {
        openedMillis = nowMillis;
      }
      open.addAll(fresh);
      openKeys.add(key);
      fresh.clear();
    }
    if (open.size() >= BLOCK_TRACES || nowMillis - openedMillis >= BLOCK_MILLIS) {
      seal(nowMillis);
    }
    if (batch.size() > 0) {
      try {
        store.write(batch, Durability.PROCESS);
      } finally {
        batch.clear(); // a disk that takes nothing must not fill the memory
      }
    }
  }

  private void seal(long nowMillis) {
    if (openKeys.size() > 1) {
      openKeys.forEach(key -> batch.delete(table(), key));
      batch.put(table(), blockKey(nowMillis), SummaryBlock.encode(open));
    }
    open.clear();
    openKeys.clear();
  }

  /** Drops what is too old or too much; nothing may be left to write. */
  public void enforce(long nowMillis) {
    seal(nowMillis);
    write(nowMillis);
    partitions.enforce(nowMillis / 1000);
  }

  private byte[] blockKey(long millis) {
    number++;
    return ByteBuffer.allocate(13).put(BLOCK).putLong(millis).putInt(number).array();
  }

  private static byte[] traceKey(long hi, long lo, int number) {
    return ByteBuffer.allocate(21).put(TRACE).putLong(hi).putLong(lo).putInt(number).array();
  }

  /** The newest traces that match, newest first. */
  public List<TraceSummary> search(TraceQuery query) {
    List<Summary> found = new ArrayList<>();
    Instant since = query.since();
    long oldest = since == null ? 0 : since.toEpochMilli();
    byte[] from = ByteBuffer.allocate(13).put(BLOCK).putLong(oldest).array();
    byte[] to = {BLOCK + 1};
    partitions.newestFirst(
        table -> {
          table.forEachBackwards(
              from,
              to,
              entry -> {
                SummaryBlock.search(entry.value(), query, found::add);
                return found.size() < query.limit();
              });
          return found.size() < query.limit();
        });
    return found.stream()
        .sorted(Comparator.comparingLong(Summary::startMicros).reversed())
        .limit(query.limit())
        .map(Summary::forPeople)
        .toList();
  }

  /** A trace by its id. */
  public Optional<Trace> trace(long hi, long lo) {
    List<TraceCodec.Decoded> spans = new ArrayList<>();
    byte[] prefix = java.util.Arrays.copyOf(traceKey(hi, lo, 0), 17);
    partitions.newestFirst(
        table -> {
          for (Entry entry : table.scan(prefix, 1000)) {
            TraceCodec.decode(entry.value(), spans);
          }
          return true;
        });
    if (spans.isEmpty()) {
      return Optional.empty();
    }
    spans.sort(Comparator.comparingLong(TraceCodec.Decoded::startEpochNanos));
    long start = spans.getFirst().startEpochNanos();
    Instant at = Instant.ofEpochSecond(start / 1_000_000_000L, start % 1_000_000_000L);
    return Optional.of(
        new Trace(Summary.traceId(hi, lo), at, spans.stream().map(s -> s.from(start)).toList()));
  }
}
