package io.mamparo.wire.pg;

/** A peer does not speak the protocol. Cheap: carries no stack trace. */
public final class ProtocolViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One line in PostgreSQL's manner: what was wrong. */
  public ProtocolViolation(String message) {
    super(message, null, false, false);
  }
}
