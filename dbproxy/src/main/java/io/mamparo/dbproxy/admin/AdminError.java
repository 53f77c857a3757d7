package io.mamparo.dbproxy.admin;

import org.jspecify.annotations.Nullable;

/** A command that cannot be carried out, in the protocol's words. */
final class AdminError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;
  private final @Nullable String hint;

  AdminError(String sqlState, String message, @Nullable String hint) {
    super(message, null, false, false);
    this.sqlState = sqlState;
    this.hint = hint;
  }

  String sqlState() {
    return sqlState;
  }

  @Nullable String hint() {
    return hint;
  }

  String words() {
    return String.valueOf(getMessage());
  }
}
