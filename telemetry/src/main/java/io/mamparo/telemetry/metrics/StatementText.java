package io.mamparo.telemetry.metrics;

/**
 * A kind of statement that is told apart from others. Written by the roll-up thread, read by all.
 */
final class StatementText {
  private final long fingerprint;
  private final String text;
  private final String shown;
  private volatile boolean evicted;
  long callsBefore; // only the roll-up thread

  StatementText(long fingerprint, String text) {
    this.fingerprint = fingerprint;
    this.text = text;
    shown = String.format("%016x", hash(text));
  }

  /** FNV-1a with a final mix: names a text, nothing more. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    return hash ^ (hash >>> 33);
  }

  long fingerprint() {
    return fingerprint;
  }

  String text() {
    return text;
  }

  String shown() {
    return shown;
  }

  boolean evicted() {
    return evicted;
  }

  void evict() {
    evicted = true;
  }
}
