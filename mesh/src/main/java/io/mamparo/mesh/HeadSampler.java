package io.mamparo.mesh;

/**
 * Decides at a trace's entry whether it is marked as sampled, when the caller has not decided. On
 * the loop; must neither block nor throw.
 */
@FunctionalInterface
public interface HeadSampler {
  /** Marks nothing: what is kept is decided at the trace's end. */
  HeadSampler NEVER = (caller, service, traceLow, loop) -> false;

  /**
   * Whether to mark a new trace.
   *
   * @param service where it goes first
   * @param traceLow the lower half of its id, which is random
   * @param loop the index of the loop it runs on
   */
  boolean sample(String caller, String service, long traceLow, int loop);
}
