package io.mamparo.store;

/**
 * What a store may use of the machine.
 *
 * @param cacheBytes all of the native memory the store keeps: blocks read, indexes, and the writes
 *     that are not yet in files are charged to it (64 KiB or more)
 * @param writeBufferBytes how much one table gathers before it writes a file (64 KiB or more)
 * @param logBytes size of the write-ahead log at which idle tables are written out, which bounds
 *     the time that opening takes after a crash (1 MiB or more)
 * @param openFiles files kept open at most (16 or more)
 */
public record StoreOptions(long cacheBytes, long writeBufferBytes, long logBytes, int openFiles) {
  /** 16 MiB of memory, 4 MiB a table before it is written, a log of 32 MiB, 128 open files. */
  public static final StoreOptions DEFAULT = new StoreOptions(16L << 20, 4L << 20, 32L << 20, 128);

  public StoreOptions {
    if (cacheBytes < 64 << 10 || writeBufferBytes < 64 << 10) {
      throw new IllegalArgumentException("cache and write buffer need 64 KiB or more");
    }
    if (logBytes < 1 << 20 || openFiles < 16) {
      throw new IllegalArgumentException("the log needs 1 MiB or more, and 16 open files");
    }
  }
}
