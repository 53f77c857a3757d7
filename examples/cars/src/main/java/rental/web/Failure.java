package rental.web;

/** An answer that is no success: a status, and a sentence for {@code {"error": "…"}}. */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** With a status from 400 on. */
  public Failure(int status, String error) {
    super(error, null, false, false);
    this.status = status;
  }

  /** 400: a field is wrong. */
  public static Failure field(String field, String why) {
    return new Failure(400, field + ": " + why);
  }

  /** 404. */
  public static Failure notFound(String what) {
    return new Failure(404, "there is no " + what);
  }

  /** 503: not now, but perhaps soon. */
  public static Failure unavailable(String why) {
    return new Failure(503, why);
  }

  int status() {
    return status;
  }

  String error() {
    return String.valueOf(getMessage());
  }
}
