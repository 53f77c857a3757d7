package io.mamparo.mesh;

import org.jspecify.annotations.Nullable;

/**
 * Checks the tokens of requests from outside. Called on the loops; must neither block nor throw.
 */
@FunctionalInterface
public interface TokenCheck {
  /** Nothing is accepted: nobody has said which tokens are. */
  TokenCheck NONE = (bytes, from, to) -> "no tokens are accepted here: mesh.jwt is missing";

  /**
   * Whether a token is good.
   *
   * @param bytes with the token in {@code [from, to)}
   * @return null when it is, otherwise what is wrong; never anything of the token itself
   */
  @Nullable String check(byte[] bytes, int from, int to);
}
