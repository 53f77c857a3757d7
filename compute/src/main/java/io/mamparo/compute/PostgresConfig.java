package io.mamparo.compute;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that Mamparo runs. Immutable.
 *
 * @param name of the database; also the name of its resource
 * @param directory of this database alone, absolute: data, passwords, port; created when missing
 * @param log its log file
 * @param binaries directory shared by all stacks of a user, absolute, into which PostgreSQL is
 *     unpacked once; see {@link PostgresBinaries}
 * @param stack identifies the stack this database belongs to; see {@link Services.Config#stack}
 * @param host it listens on
 * @param maxConnections of all pools together, with a few for us
 * @param sharedBuffersMb its own cache, in MB
 * @param schema SQL that is applied once, after the database was created
 * @param stopGrace from a fast to an immediate shutdown
 */
public record PostgresConfig(
    String name,
    Path directory,
    Path log,
    LogPolicy logs,
    Path binaries,
    String stack,
    String host,
    int maxConnections,
    int sharedBuffersMb,
    @Nullable Path schema,
    Duration stopGrace) {
  public PostgresConfig {
    Checks.name(name);
    Checks.name(stack);
    Checks.that(directory.isAbsolute(), "the directory must be absolute");
    Checks.that(binaries.isAbsolute(), "the binaries' directory must be absolute");
    Checks.that(maxConnections >= 5 && maxConnections <= 10_000, "maxConnections: 5 to 10000");
    Checks.that(sharedBuffersMb >= 16, "sharedBuffersMb must be at least 16");
    Checks.positive(stopGrace, "stopGrace");
  }

  /** With defaults: 100 connections, 64 MB of shared buffers, on 127.0.0.1, 10 s to stop. */
  public static PostgresConfig of(
      String name, Path directory, Path log, Path binaries, String stack) {
    return new PostgresConfig(
        name,
        directory,
        log,
        LogPolicy.DEFAULT,
        binaries,
        stack,
        "127.0.0.1",
        100,
        64,
        null,
        Duration.ofSeconds(10));
  }

  /** As this, with a schema. */
  public PostgresConfig withSchema(@Nullable Path schema) {
    return new PostgresConfig(
        name,
        directory,
        log,
        logs,
        binaries,
        stack,
        host,
        maxConnections,
        sharedBuffersMb,
        schema,
        stopGrace);
  }

  /** As this, for so many connections. */
  public PostgresConfig withMaxConnections(int maxConnections) {
    return new PostgresConfig(
        name,
        directory,
        log,
        logs,
        binaries,
        stack,
        host,
        maxConnections,
        sharedBuffersMb,
        schema,
        stopGrace);
  }
}
