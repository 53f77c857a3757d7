package io.mamparo.compute;

/**
 * A login at a PostgreSQL server. Immutable. Holds a secret, which {@link #toString()} does not
 * show.
 */
public record Login(String user, String password) {
  @Override
  public String toString() {
    return "Login[" + user + "]";
  }
}
