package io.mamparo.load;

/** How requests are spread over time. */
public enum Arrival {
  /** At equal distances. */
  CONSTANT,
  /** At random, independently of each other, as those of many users are. */
  POISSON
}
