package io.mamparo.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Whose statements are counted together.
 *
 * @param database where they run
 * @param service whose they are; null for people
 */
record StatementOwner(String database, @Nullable String service) {}
