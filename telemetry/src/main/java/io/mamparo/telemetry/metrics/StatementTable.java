package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.StatementStats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one service, or of people, on one database. Loops own their cells; the table of
 * texts is shared and bounded: when it is full, new statements count as {@code other}, and once a
 * minute the least used tenth makes room for them (their past counts as {@code other} then).
 */
public final class StatementTable {
  private static final double FULL = 0.95;
  private static final double MADE_ROOM = 0.10;

  private final @Nullable String service;
  private final int max;
  private final Map<Long, StatementText> texts = new ConcurrentHashMap<>();
  private final LoopStatements[] loops;
  private final StatementText other = new StatementText(Long.MIN_VALUE, "other");
  private final StatementCell[] others;
  private final StatementSum evictedSum = new StatementSum(); // guarded by itself
  private final AtomicLong evictions = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private final AtomicInteger generation = new AtomicInteger();

  /**
   * An empty table for this many loops and statements.
   *
   * @param service whose statements these are; null for people
   */
  public StatementTable(@Nullable String service, int loopCount, int max) {
    this.service = service;
    this.max = max;
    loops = new LoopStatements[loopCount];
    others = new StatementCell[loopCount];
    for (int i = 0; i < loopCount; i++) {
      loops[i] = new LoopStatements();
      others[i] = new StatementCell(other);
    }
  }

  /** The calling loop's cell of a statement. */
  public StatementCell cell(int loop, long fingerprint, String text) {
    LoopStatements own = loops[loop];
    if (own.generation != generation.get()) {
      own.generation = generation.get();
      own.rebuild();
    }
    StatementCell known = own.find(fingerprint);
    return known != null ? known : firstSight(loop, fingerprint, text);
  }

  private StatementCell firstSight(int loop, long fingerprint, String text) {
    StatementText known = texts.get(fingerprint);
    if (known == null) {
      if (texts.size() >= max) {
        refusals.incrementAndGet();
        return others[loop];
      }
      StatementText created = new StatementText(fingerprint, text);
      StatementText raced = texts.putIfAbsent(fingerprint, created);
      known = raced == null ? created : raced;
    }
    StatementCell cell = new StatementCell(known);
    loops[loop].add(fingerprint, cell);
    return cell;
  }

  /** All statements with the most time first; any thread. */
  public List<StatementStats> stats(int limit) {
    Map<StatementText, StatementSum> sums = sums();
    List<StatementText> mostTimeFirst = new ArrayList<>(sums.keySet());
    mostTimeFirst.sort(
        Comparator.comparingLong(
                (StatementText t) -> counter(sums, t, StatementCell.EXECUTION_NANOS))
            .reversed()
            .thenComparing(StatementText::text));
    List<StatementStats> all = new ArrayList<>();
    for (StatementText text : mostTimeFirst) {
      StatementSum sum = sums.get(text);
      if (sum != null && all.size() < limit) {
        all.add(sum.stats(text, service));
      }
    }
    return all;
  }

  private Map<StatementText, StatementSum> sums() {
    Map<StatementText, StatementSum> sums = new HashMap<>();
    for (LoopStatements loop : loops) {
      loop.forEach(
          cell -> {
            if (!cell.text().evicted()) {
              sums.computeIfAbsent(cell.text(), t -> new StatementSum()).add(cell);
            }
          });
    }
    StatementSum rest = new StatementSum();
    for (StatementCell cell : others) {
      rest.add(cell);
    }
    synchronized (evictedSum) {
      rest.add(evictedSum);
    }
    if (rest.counters[StatementCell.CALLS] > 0) {
      sums.put(other, rest);
    }
    return sums;
  }

  /** Makes room if the table is nearly full; once a minute, on the roll-up thread. */
  public void makeRoom() {
    if (texts.size() < max * FULL) {
      texts.values().forEach(text -> text.callsBefore = 0);
      return;
    }
    Map<StatementText, StatementSum> sums = sums();
    List<StatementText> leastUsedFirst = new ArrayList<>(texts.values());
    leastUsedFirst.sort(Comparator.comparingLong(text -> calls(sums, text) - text.callsBefore));
    int leaving = (int) Math.max(1, max * MADE_ROOM);
    for (StatementText text : leastUsedFirst.subList(0, Math.min(leaving, texts.size()))) {
      evict(text, sums.get(text));
    }
    texts.values().forEach(text -> text.callsBefore = calls(sums, text));
    generation.incrementAndGet();
  }

  private void evict(StatementText text, @Nullable StatementSum sum) {
    text.evict();
    texts.remove(text.fingerprint());
    evictions.incrementAndGet();
    if (sum != null) {
      synchronized (evictedSum) {
        evictedSum.add(sum);
      }
    }
  }

  private static long calls(Map<StatementText, StatementSum> sums, StatementText text) {
    return counter(sums, text, StatementCell.CALLS);
  }

  private static long counter(
      Map<StatementText, StatementSum> sums, StatementText text, int counter) {
    StatementSum sum = sums.get(text);
    return sum == null ? 0 : sum.counters[counter];
  }

  /** How many kinds of statements are told apart. */
  public int size() {
    return texts.size();
  }

  /** How many made room for others. */
  public long evictions() {
    return evictions.get();
  }

  /** How often a new statement found the table full. */
  public long refusals() {
    return refusals.get();
  }
}
