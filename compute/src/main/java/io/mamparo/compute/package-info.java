/**
 * Processes and databases: starts, watches, replaces and stops them, and finds them again after
 * Mamparo itself was killed. Blocking code on virtual threads; what is to be done next is decided
 * by pure functions.
 *
 * <p>{@link io.mamparo.compute.Services} runs the replicas of services, {@link
 * io.mamparo.compute.ManagedPostgres} a PostgreSQL of our own, {@link
 * io.mamparo.compute.ExternalPostgres} watches somebody else's.
 */
@NullMarked
package io.mamparo.compute;

import org.jspecify.annotations.NullMarked;
