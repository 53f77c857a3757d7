package io.mamparo.telemetry.storage;

import io.mamparo.store.Store;
import io.mamparo.store.Table;
import io.mamparo.telemetry.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * Tables that follow each other in time, so that what is too old or too much goes by dropping whole
 * tables. A new one begins with every day, and when one has grown to a quarter of the allowed size.
 * Written by the roll-up thread, read by any.
 *
 * <p>Invariant: after {@link #enforce} what is kept is within the retention, but for the newest
 * table, which is never dropped and never larger than a quarter and what one interval adds.
 */
public final class Partitions {
  private static final long DAY = 86_400;

  private final Store store;
  private final String prefix;
  private final Retention retention;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final List<Part> parts = new ArrayList<>(); // guarded by lock, oldest first
  private final AtomicLong droppedForAge = new AtomicLong();
  private final AtomicLong droppedForSize = new AtomicLong();

  private record Part(long start, Table table) {}

  /** The partitions whose names start with {@code prefix}. */
  public Partitions(Store store, String prefix, Retention retention) {
    this.store = store;
    this.prefix = prefix + "-";
    this.retention = retention;
    for (String name : store.tables()) {
      if (name.startsWith(this.prefix)) {
        long start = Long.parseLong(name.substring(this.prefix.length()));
        parts.add(new Part(start, store.table(name)));
      }
    }
  }

  /** The table that takes what happens now; changes only in {@link #enforce}. */
  public Table current(long second) {
    lock.readLock().lock();
    try {
      if (!parts.isEmpty()) {
        return parts.getLast().table;
      }
    } finally {
      lock.readLock().unlock();
    }
    lock.writeLock().lock();
    try {
      return begin(second);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Table begin(long second) {
    long start = parts.isEmpty() ? second : Math.max(second, parts.getLast().start + 1);
    Table table = store.table(prefix + String.format("%010d", start));
    parts.add(new Part(start, table));
    return table;
  }

  private boolean isFull(Part part, long second) {
    return second / DAY > part.start / DAY || part.table.bytes() > retention.maxBytes() / 4;
  }

  /** Begins a new table when it is time, and drops those that are too old or too much. */
  public void enforce(long second) {
    lock.writeLock().lock();
    try {
      if (!parts.isEmpty() && isFull(parts.getLast(), second)) {
        begin(second);
      }
      long maxAge = retention.maxAge().toSeconds();
      // A part ends where the next one starts: then all of it is too old.
      while (parts.size() > 1 && second - parts.get(1).start > maxAge) {
        dropOldest(droppedForAge);
      }
      while (parts.size() > 1 && bytes() > retention.maxBytes()) {
        dropOldest(droppedForSize);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void dropOldest(AtomicLong counter) {
    store.drop(parts.removeFirst().table.name());
    counter.incrementAndGet();
  }

  /** Calls {@code read} with the tables, newest first, until it returns false. */
  public void newestFirst(Function<Table, Boolean> read) {
    lock.readLock().lock();
    try {
      for (Part part : parts.reversed()) {
        if (!read.apply(part.table)) {
          return;
        }
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Bytes in all of them. */
  public long bytes() {
    lock.readLock().lock();
    try {
      return parts.stream().mapToLong(p -> p.table.bytes()).sum();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** How many tables there are. */
  public int count() {
    lock.readLock().lock();
    try {
      return parts.size();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** How many tables were dropped because they were too old. */
  public long droppedForAge() {
    return droppedForAge.get();
  }

  /** How many tables were dropped because there was too much: where the limit bites. */
  public long droppedForSize() {
    return droppedForSize.get();
  }
}
