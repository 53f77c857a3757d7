package io.mamparo.load;

/** Why a request got no answer. */
public enum ErrorKind {
  /** Nobody listens there, or the host cannot be reached. */
  CONNECT("no connection"),
  /** The timeout passed since the intended start. */
  TIMEOUT("timeout"),
  /** The peer closed or reset the connection. */
  CLOSED("connection closed"),
  /** The answer was not understood. */
  PROTOCOL("protocol error"),
  /** Everything allowed in flight was, for too long: the load could not be sent as intended. */
  NO_SLOT("no free slot"),
  /** A database refused or failed the statement. */
  SQL("SQL error");

  private final String text;

  ErrorKind(String text) {
    this.text = text;
  }

  /** In words. */
  public String text() {
    return text;
  }
}
