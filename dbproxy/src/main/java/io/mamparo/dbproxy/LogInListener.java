package io.mamparo.dbproxy;

/** Hears of every decision about who may come in, on the loop of that client. */
public interface LogInListener {
  /** A client was let in, or was not. Must neither block nor throw. */
  default void onLogIn(LogInDecision decision) {}
}
