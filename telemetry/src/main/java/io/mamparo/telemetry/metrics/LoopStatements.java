package io.mamparo.telemetry.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's cells of one database, found by fingerprint without allocation (open addressing,
 * at most half full). Written by that loop; any thread may read the array of cells.
 */
final class LoopStatements {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(StatementCell[].class);

  private long[] keys = new long[64];
  private volatile @Nullable StatementCell[] cells = new StatementCell[64];
  private int size;
  int generation;

  @Nullable StatementCell find(long fingerprint) {
    @Nullable StatementCell[] all = cells;
    int mask = all.length - 1;
    for (int at = slot(fingerprint, mask); ; at = (at + 1) & mask) {
      StatementCell cell = all[at];
      if (cell == null || keys[at] == fingerprint) {
        return cell;
      }
    }
  }

  void add(long fingerprint, StatementCell cell) {
    if (2 * (size + 1) > keys.length) {
      rebuild(keys.length * 2);
    }
    insert(keys, cells, fingerprint, cell);
    size++;
  }

  /** Leaves out the cells of evicted statements. */
  void rebuild() {
    rebuild(keys.length);
  }

  private void rebuild(int length) {
    long[] newKeys = new long[length];
    @Nullable StatementCell[] newCells = new StatementCell[length];
    int kept = 0;
    for (StatementCell cell : cells) {
      if (cell != null && !cell.text().evicted()) {
        insert(newKeys, newCells, cell.text().fingerprint(), cell);
        kept++;
      }
    }
    keys = newKeys;
    cells = newCells;
    size = kept;
  }

  private static void insert(
      long[] keys, @Nullable StatementCell[] cells, long fingerprint, StatementCell cell) {
    int mask = cells.length - 1;
    int at = slot(fingerprint, mask);
    while (cells[at] != null) {
      at = (at + 1) & mask;
    }
    keys[at] = fingerprint;
    CELL.setRelease(cells, at, cell);
  }

  private static int slot(long fingerprint, int mask) {
    long mixed = fingerprint * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 40) & mask;
  }

  /** Calls {@code each} with all cells; any thread. */
  void forEach(Consumer<StatementCell> each) {
    @Nullable StatementCell[] all = cells;
    for (int i = 0; i < all.length; i++) {
      StatementCell cell = (StatementCell) CELL.getAcquire(all, i);
      if (cell != null) {
        each.accept(cell);
      }
    }
  }
}
