package io.mamparo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One directory of tables, open in one process at a time. Safe for use by several threads, which
 * should be virtual or otherwise allowed to block: every call may wait for the disk.
 *
 * <p>Invariants: a native handle is only touched under the read lock and freed under the write
 * lock, so that closing waits for running calls and nothing is used after it was freed; what {@link
 * #write} acknowledged is found again after the event named by its {@link Durability}.
 */
public final class Store implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Store.class.getName());

  private final Path directory;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Object creation = new Object(); // taken only under lock, never the other way
  private final Map<String, Table> tables = new ConcurrentSkipListMap<>();
  private final List<ColumnFamilyHandle> handles = new ArrayList<>(); // guarded by creation
  private final NativeOptions options;
  private @Nullable RocksDB db; // guarded by lock; null once closed

  private Store(Path directory, NativeOptions options) {
    this.directory = directory;
    this.options = options;
  }

  /**
   * Opens a directory, creating it (owner only) when it is missing.
   *
   * @throws Problem when another process has it open, or it cannot be read or written
   */
  public static Store open(Path directory, StoreOptions options) {
    NativeLibrary.load();
    Failures.inDirectory(
        directory,
        () -> {
          if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Permissions.ownerOnly(directory);
          }
        });
    NativeOptions nativeOptions = new NativeOptions(options);
    Store store = new Store(directory, nativeOptions);
    try {
      store.openTables();
      return store;
    } catch (RocksDBException e) {
      nativeOptions.close();
      throw Failures.problem(directory, "open", e);
    }
  }

  private void openTables() throws RocksDBException {
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (byte[] name : namesOnDisk()) {
      descriptors.add(new ColumnFamilyDescriptor(name, options.table()));
    }
    RocksDB opened = RocksDB.open(options.database(), directory.toString(), descriptors, handles);
    db = opened;
    for (int i = 1; i < handles.size(); i++) {
      String name = new String(descriptors.get(i).getName(), UTF_8);
      tables.put(name, new Table(this, name, handles.get(i)));
    }
  }

  /** The default table comes first; it stays empty. */
  private List<byte[]> namesOnDisk() throws RocksDBException {
    List<byte[]> names = new ArrayList<>();
    names.add(RocksDB.DEFAULT_COLUMN_FAMILY);
    if (Files.exists(directory.resolve("CURRENT"))) {
      try (Options plain = new Options()) {
        for (byte[] name : RocksDB.listColumnFamilies(plain, directory.toString())) {
          if (!java.util.Arrays.equals(name, RocksDB.DEFAULT_COLUMN_FAMILY)) {
            names.add(name);
          }
        }
      }
    }
    return names;
  }

  /** The table of that name, created when there is none. Names are not empty nor "default". */
  public Table table(String name) {
    Table known = tables.get(name);
    if (known != null) {
      return known;
    }
    if (name.isEmpty() || name.equals("default")) {
      throw new IllegalArgumentException("not a table's name: '" + name + "'");
    }
    return run("create table " + name + " in", open -> create(open, name));
  }

  private Table create(RocksDB open, String name) throws RocksDBException {
    synchronized (creation) {
      Table known = tables.get(name);
      if (known != null) {
        return known;
      }
      ColumnFamilyHandle handle =
          open.createColumnFamily(
              new ColumnFamilyDescriptor(name.getBytes(UTF_8), options.table()));
      handles.add(handle);
      Table table = new Table(this, name, handle);
      tables.put(name, table);
      return table;
    }
  }

  /** The names of all tables, in order. */
  public List<String> tables() {
    return List.copyOf(tables.keySet());
  }

  /** Removes a table and its files at once, if there is one. */
  public void drop(String name) {
    run(
        "drop table " + name + " in",
        open -> {
          synchronized (creation) {
            Table table = tables.get(name);
            if (table != null) {
              open.dropColumnFamily(table.handle());
              table.markDropped();
              tables.remove(name);
            }
          }
          return null;
        });
  }

  /**
   * Writes all changes of the batch together, or none. The batch is left as it is.
   *
   * @throws Problem when the disk does not take them; then none is visible
   */
  public void write(Batch batch, Durability durability) {
    batch.requireTablesOf(this);
    run(
        "write",
        open -> {
          try (WriteBatch changes = new WriteBatch();
              WriteOptions how = new WriteOptions()) {
            batch.addTo(changes);
            open.write(how.setSync(durability == Durability.DISK), changes);
          }
          return null;
        });
  }

  /** Bytes that all tables take in files and in memory. */
  public long bytes() {
    return tables.values().stream().mapToLong(Table::bytes).sum();
  }

  /** Where it lies. */
  public Path directory() {
    return directory;
  }

  /**
   * Waits for running calls, writes the log to the disk and lets the directory go. Harmless when
   * repeated.
   */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      RocksDB open = db;
      if (open == null) {
        return;
      }
      db = null;
      try {
        open.syncWal();
      } catch (RocksDBException e) {
        // Whoever wrote what did not get through was told so at the time.
        LOG.log(Level.WARNING, Failures.problem(directory, "close", e).forUser());
      } finally {
        free(open);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void free(RocksDB open) {
    synchronized (creation) {
      handles.forEach(ColumnFamilyHandle::close);
      handles.clear();
    }
    tables.clear();
    open.close();
    options.close();
  }

  interface Call<T extends @Nullable Object> {
    T on(RocksDB db) throws RocksDBException;
  }

  <T extends @Nullable Object> T run(String what, Call<T> call) {
    lock.readLock().lock();
    try {
      RocksDB open = db;
      if (open == null) {
        throw new IllegalStateException("the store in " + directory + " is closed");
      }
      return call.on(open);
    } catch (RocksDBException e) {
      throw Failures.problem(directory, what, e);
    } finally {
      lock.readLock().unlock();
    }
  }

  interface FileCall {
    void run() throws IOException;
  }
}
