package io.mamparo.dbproxy;

/**
 * A statement text with its literals taken out, interned: equal texts are the same object in all
 * loops, so it can index arrays and serve as an identity key. Immutable.
 *
 * @param id a small number, dense from 0 in the order of first sight
 * @param text the text with {@code ?} for each literal, at most 2,000 characters
 */
public record Fingerprint(int id, String text) {
  /** What is counted together once the table of fingerprints is full. */
  public static final Fingerprint OTHER = new Fingerprint(0, "other");

  /** A batch that carried no statement, such as a lone Sync. */
  public static final Fingerprint NONE = new Fingerprint(1, "none");

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return id;
  }
}
