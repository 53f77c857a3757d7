package io.mamparo.store;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBufferManager;

/**
 * The engine's settings for one store: little memory, few threads, a quick start. Owned by its
 * {@link Store}, which closes it last.
 */
final class NativeOptions implements AutoCloseable {
  private final LRUCache cache;
  private final WriteBufferManager buffers;
  private final BloomFilter bloom;
  private final DBOptions database;
  private final ColumnFamilyOptions table;

  NativeOptions(StoreOptions wanted) {
    cache = new LRUCache(wanted.cacheBytes(), 2);
    buffers = new WriteBufferManager(wanted.cacheBytes() / 2, cache);
    bloom = new BloomFilter(10);
    database = database(wanted, buffers);
    table = table(wanted, cache, bloom);
  }

  private static DBOptions database(StoreOptions wanted, WriteBufferManager buffers) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setWriteBufferManager(buffers)
        .setMaxTotalWalSize(wanted.logBytes())
        .setMaxOpenFiles(wanted.openFiles())
        // Opening reads no table files, and neither recovery nor closing writes any.
        .setMaxFileOpeningThreads(1)
        .setSkipStatsUpdateOnDbOpen(true)
        .setAvoidFlushDuringRecovery(true)
        .setAvoidFlushDuringShutdown(true)
        // One flush or compaction at a time, no periodic statistics.
        .setMaxBackgroundJobs(2)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2)
        .setMaxLogFileSize(1 << 20)
        .setMaxManifestFileSize(1 << 20);
  }

  private static ColumnFamilyOptions table(StoreOptions wanted, LRUCache cache, BloomFilter bloom) {
    return new ColumnFamilyOptions()
        .setWriteBufferSize(wanted.writeBufferBytes())
        .setArenaBlockSize(64 << 10)
        .setMaxWriteBufferNumber(2)
        .setTargetFileSizeBase(16 << 20)
        .setMaxBytesForLevelBase(64 << 20)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(16 << 10)
                .setFilterPolicy(bloom)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true));
  }

  DBOptions database() {
    return database;
  }

  ColumnFamilyOptions table() {
    return table;
  }

  @Override
  public void close() {
    table.close();
    database.close();
    buffers.close();
    bloom.close();
    cache.close();
  }
}
