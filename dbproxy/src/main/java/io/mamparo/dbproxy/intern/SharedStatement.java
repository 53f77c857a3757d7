package io.mamparo.dbproxy.intern;

import io.mamparo.dbproxy.Fingerprint;
import java.nio.charset.StandardCharsets;

/**
 * A prepared statement that all sessions of a loop share, known by its text and its parameter
 * types, under one name on every server connection. Immutable but for {@link #retire()}, which its
 * loop calls.
 */
public final class SharedStatement {
  private final byte[] name;
  private final byte[] body;
  private final Fingerprint fingerprint;
  private final int traits;
  private boolean retired;

  SharedStatement(byte[] name, byte[] body, Fingerprint fingerprint, int traits) {
    this.name = name;
    this.body = body;
    this.fingerprint = fingerprint;
    this.traits = traits;
  }

  /** Its name on servers; not to be changed. */
  public byte[] name() {
    return name;
  }

  /** A Parse's body after the name: text, zero, types; not to be changed. */
  public byte[] body() {
    return body;
  }

  /** Its text. */
  public String text() {
    int zero = 0;
    while (zero < body.length && body[zero] != 0) {
      zero++;
    }
    return new String(body, 0, zero, StandardCharsets.UTF_8);
  }

  /** What it counts as. */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** What it leaves behind, see {@link Traits}. */
  public int traits() {
    return traits;
  }

  /** The server would not run its plan any more: nobody gets it anew. */
  public void retire() {
    retired = true;
  }

  boolean retired() {
    return retired;
  }
}
