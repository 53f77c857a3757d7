package io.mamparo.wire.http;

/** How far the parsing of a head has come. */
public enum Progress {
  /** More bytes are needed; all that were there are taken. */
  MORE,
  /** The head is complete; the bytes after it are still in the buffer. */
  DONE,
  /** The head breaks the rules. */
  REFUSED
}
