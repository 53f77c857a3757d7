package io.mamparo.gameday.run;

/**
 * An expectation and what was seen.
 *
 * @param expected as a sentence
 * @param seen as a sentence
 */
public record Judged(String expected, boolean held, String seen) {}
