package io.mamparo.mesh;

/**
 * A limit of a listener's connections. The text goes into metrics; it never changes once published.
 */
public enum ListenerLimit {
  /** A client of HTTP/2 opened more streams at once than it may; the stream was refused. */
  STREAMS("streams"),
  /** A client of HTTP/2 reset too many streams, or made us; the connection was ended. */
  RESETS("resets"),
  /** A client of HTTP/2 sent too many frames that move nothing; the connection was ended. */
  CONTROLS("controls"),
  /**
   * A client of HTTP/2 sent a header list that is too large; it was answered 431, or, where it was
   * more than twice too large, the connection was ended.
   */
  HEAD("head"),
  /** A client asked for nothing for too long; the connection was ended. */
  IDLE("idle"),
  /** A client of HTTP/2 stopped within a frame or its preface; the connection was ended. */
  STALLED("stalled"),
  /** Nothing moved for too long on a connection that was upgraded; it was ended. */
  TUNNEL("tunnel");

  private final String text;

  ListenerLimit(String text) {
    this.text = text;
  }

  /** In lower case. */
  public String text() {
    return text;
  }
}
