package io.mamparo.dbproxy;

/** Why a session keeps its server connection between transactions. */
public enum PinReason {
  /** A setting that cannot be replayed on another server connection. */
  SETTING("session setting", PinReason.DISCARD),
  /** Its pool is in session mode. */
  SESSION_MODE("session mode", "the session ends"),
  LISTEN("LISTEN", "the last UNLISTEN"),
  TEMPORARY("temporary object", "the last one is dropped"),
  ADVISORY_LOCK("session-level advisory lock", "the last one is unlocked"),
  HOLD_CURSOR("cursor WITH HOLD", "the last one is closed"),
  SQL_PREPARE("SQL-level PREPARE", "the last DEALLOCATE"),
  LOAD("LOAD", PinReason.DISCARD),
  /** A prepared statement whose text is too large to be kept for other servers. */
  LARGE_STATEMENT("prepared statement too large to share", PinReason.DISCARD);

  private static final String DISCARD = "DISCARD ALL, or the session ends";

  private final String words;
  private final String until;

  PinReason(String words, String until) {
    this.words = words;
    this.until = until;
  }

  /** When the pin ends, as told to people: "until …". */
  public String until() {
    return until;
  }

  /** As told to people. */
  public String words() {
    return words;
  }
}
