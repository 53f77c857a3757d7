/**
 * Embedded storage: named tables of ordered byte keys in one directory, with atomic batches and a
 * choice of durability for each write. A thin wrapper over RocksDB that cannot be used after it was
 * closed, leaks nothing native, and tells people what is wrong with their disk.
 */
@NullMarked
package io.mamparo.store;

import org.jspecify.annotations.NullMarked;
