package io.mamparo.load;

/**
 * One kind of statement. Placeholders become bind parameters of type bigint, so that the statement
 * is prepared once: write {@code 'CAR-' || {random}}, not {@code 'CAR-{random}'}.
 *
 * @param name for the report
 * @param weight how often it is sent in relation to the others, at least 1
 */
public record SqlStatement(String name, int weight, Template sql) {
  public SqlStatement {
    if (weight < 1 || weight > 1_000_000) {
      throw new IllegalArgumentException("weight must be 1 to 1000000: " + weight);
    }
  }

  /** A statement named by its text. */
  public static SqlStatement of(String sql) {
    return new SqlStatement(
        sql.length() <= 40 ? sql : sql.substring(0, 37) + "...", 1, new Template(sql));
  }
}
