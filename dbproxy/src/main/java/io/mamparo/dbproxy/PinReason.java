package io.mamparo.dbproxy;

/** Why a session keeps its server connection between transactions. */
public enum PinReason {
  /** A setting that cannot be replayed on another server connection. */
  SETTING("session setting"),
  LISTEN("LISTEN"),
  TEMPORARY("temporary object"),
  ADVISORY_LOCK("session-level advisory lock"),
  HOLD_CURSOR("cursor WITH HOLD"),
  SQL_PREPARE("SQL-level PREPARE"),
  LOAD("LOAD"),
  /** A prepared statement whose text is too large to be kept for other servers. */
  LARGE_STATEMENT("prepared statement too large to share");

  private final String words;

  PinReason(String words) {
    this.words = words;
  }

  /** As told to people. */
  public String words() {
    return words;
  }
}
