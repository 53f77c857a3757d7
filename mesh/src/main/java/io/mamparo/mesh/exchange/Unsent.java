package io.mamparo.mesh.exchange;

/** A connection that gathers what many write to it in one turn of the loop. */
interface Unsent {
  /** Sends what was written. */
  void flushNow();
}
