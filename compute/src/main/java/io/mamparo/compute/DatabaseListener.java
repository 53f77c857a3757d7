package io.mamparo.compute;

/** Told about databases. Called on virtual threads, for one database in order. */
@FunctionalInterface
public interface DatabaseListener {
  /** Told nothing. */
  DatabaseListener NONE = status -> {};

  /** A database changed its state, its port or its reason. */
  void changed(DatabaseStatus status);
}
