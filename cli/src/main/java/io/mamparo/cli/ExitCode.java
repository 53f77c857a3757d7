package io.mamparo.cli;

/** What a command's exit status means; {@code mamparo --help} lists them. */
final class ExitCode {
  static final int OK = 0;

  /** It failed, or what was asked about is not ready, or an expectation was not met. */
  static final int FAILED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** The stack file does not pass {@code check}. */
  static final int BAD_FILE = 3;

  /** Nothing runs in this data directory. */
  static final int NOT_RUNNING = 4;

  private ExitCode() {}
}
