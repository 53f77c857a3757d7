package io.mamparo.model.yaml;

/** What is wrong with a text as YAML, and where (line and column from 1). */
public final class YamlError extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  YamlError(int line, int column, String message) {
    super(message);
    this.line = line;
    this.column = column;
  }

  /** From 1. */
  public int line() {
    return line;
  }

  /** From 1. */
  public int column() {
    return column;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
