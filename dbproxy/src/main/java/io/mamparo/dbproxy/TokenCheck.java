package io.mamparo.dbproxy;

import org.jspecify.annotations.Nullable;

/** Whether tokens let users in. Called on the loops; must not block. */
@FunctionalInterface
public interface TokenCheck {
  /** Lets nobody in. */
  TokenCheck NONE = (token, user) -> "tokens are not taken";

  /** Why a token does not let a user in, without a secret in it; null when it does. */
  @Nullable String refusal(String token, String user);
}
