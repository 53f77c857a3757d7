package io.mamparo.kernel;

/**
 * What a user is told when something cannot be done: what happened, to which thing, and what to do
 * about it. Never carries a secret. Front doors translate it once, at the edge, into their own
 * protocol's error.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String subject;
  private final String remedy;

  /**
   * A problem with its remedy.
   *
   * @param subject the thing it happened to, as the user knows it: {@code database cars}
   * @param what one sentence without a final full stop: what happened
   * @param remedy one sentence without a final full stop: what to do next
   */
  public Problem(String subject, String what, String remedy) {
    super(subject + ": " + what);
    this.subject = subject;
    this.remedy = remedy;
  }

  /** As above, with the failure that led to it, which is for the log and not for the user. */
  public Problem(String subject, String what, String remedy, Throwable cause) {
    super(subject + ": " + what, cause);
    this.subject = subject;
    this.remedy = remedy;
  }

  /** The thing it happened to. */
  public String subject() {
    return subject;
  }

  /** What to do next. */
  public String remedy() {
    return remedy;
  }

  /** Both sentences on one line, for a terminal. */
  public String forUser() {
    return getMessage() + "; " + remedy + ".";
  }
}
