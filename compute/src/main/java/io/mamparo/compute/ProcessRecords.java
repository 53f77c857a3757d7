package io.mamparo.compute;

import java.nio.file.Path;
import java.util.List;

/**
 * Where process records are kept. On return from {@link #put} a record has to survive a kill of
 * Mamparo (a crash of the machine ends the processes too). Used by several threads at once.
 */
public interface ProcessRecords {
  /** Adds a record, or replaces that of the same instance. */
  void put(ProcessRecord record);

  /** Forgets an instance; does nothing when there is none. */
  void remove(String instance);

  /** All records. */
  List<ProcessRecord> all();

  /** One small file a record in {@code directory}, which is created when missing (mode 0700). */
  static ProcessRecords in(Path directory) {
    return new FileProcessRecords(directory);
  }
}
