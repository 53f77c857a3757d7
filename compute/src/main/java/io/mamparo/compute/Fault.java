package io.mamparo.compute;

/**
 * Something broken on purpose until it is closed. Closing is idempotent, never throws and undoes
 * the fault whatever became of its target. Mamparo's own end undoes it too, except a {@code kill
 * -9}, after which the next {@link Services#open} or {@link ManagedPostgres#start} does.
 */
public interface Fault extends AutoCloseable {
  @Override
  void close();
}
