package io.mamparo.compute;

import org.jspecify.annotations.Nullable;

/**
 * A replica as observed. Immutable. While a service is updated, an old and a new instance of the
 * same replica exist side by side.
 *
 * @param replica from 0
 * @param instance unique among all replicas ever started; stays the same over restarts by the
 *     supervisor
 * @param revision hash of what it runs
 * @param port it listens on; the same over restarts unless somebody else took it
 * @param pid of its process, 0 when there is none
 * @param sinceEpochMillis when it came to this state
 * @param restarts since it was created or adopted
 * @param reason why it is not healthy, in a sentence; null when there is nothing to say
 */
public record ReplicaStatus(
    String service,
    int replica,
    String instance,
    String revision,
    ReplicaState state,
    String host,
    int port,
    long pid,
    long sinceEpochMillis,
    int restarts,
    @Nullable String reason) {}
