package io.mamparo.compute;

import org.jspecify.annotations.Nullable;

/**
 * A database as observed. Immutable.
 *
 * @param version as the server tells it, e.g. {@code 18.6}; null when not known yet
 * @param port its server listens on; may change when somebody else takes it. 0 when not known yet
 * @param pid of the server, 0 when it is not ours or there is none
 * @param schema what became of the schema file; null when there is none
 * @param reason why it is not ready, in a sentence; null when it is
 */
public record DatabaseStatus(
    String name,
    DatabaseState state,
    @Nullable String version,
    String host,
    int port,
    long pid,
    int restarts,
    long sinceEpochMillis,
    @Nullable SchemaState schema,
    @Nullable String reason) {
  /** What became of a schema file. */
  public enum SchemaState {
    /** The file as it is was applied. */
    APPLIED,
    /** The file changed after it was applied; the database was left alone. */
    CHANGED_NOT_APPLIED,
    /** It has an error; nothing of it was applied. */
    FAILED
  }
}
