package io.mamparo.dbproxy.client;

import org.jspecify.annotations.Nullable;

/** Whether somebody who has proven who it is may come in. */
sealed interface Verdict {
  /** It may. */
  record Admitted(Account account) implements Verdict {}

  /** It may enter the admin database. */
  record Admin() implements Verdict {}

  /** It may not. */
  record Refused(String sqlState, String message, @Nullable String hint) implements Verdict {}
}
