package io.mamparo.dbproxy;

/** Hears of every finished statement, on the loop it ran on. Must neither block nor throw. */
public interface StatementListener {
  /**
   * A statement has finished, well or not.
   *
   * @param statement valid only during the call
   */
  void onStatement(StatementRecord statement);
}
