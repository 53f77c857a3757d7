package io.mamparo.store;

/** What a write survives once the call has returned. */
public enum Durability {
  /**
   * The end of this process ({@code kill -9} included), but not of the machine: the operating
   * system has the bytes. Costs microseconds.
   */
  PROCESS,

  /**
   * The end of the machine: the bytes, and those of every earlier write to the same store, are on
   * the disk. Costs one fsync; it holds the calling thread's carrier meanwhile.
   */
  DISK
}
