package rental.web;

import com.sun.net.httpserver.Headers;
import java.net.HttpURLConnection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about the trace it belongs to and its deadline, to be passed on to whatever
 * is done for it.
 */
public final class Trace {
  /** No trace. */
  public static final Trace NONE = new Trace(null, null, null);

  /** Only what has exactly this form becomes part of a statement. */
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  private final @Nullable String parent;
  private final @Nullable String state;
  private final @Nullable String deadline;

  private Trace(@Nullable String parent, @Nullable String state, @Nullable String deadline) {
    this.parent = parent;
    this.state = state;
    this.deadline = deadline;
  }

  static Trace of(Headers headers) {
    String parent = headers.getFirst("traceparent");
    if (parent == null || !TRACEPARENT.matcher(parent).matches()) {
      return new Trace(null, null, headers.getFirst("X-Request-Deadline"));
    }
    return new Trace(
        parent, headers.getFirst("tracestate"), headers.getFirst("X-Request-Deadline"));
  }

  /** Passes it on to another service. */
  public void copyTo(HttpURLConnection request) {
    set(request, "traceparent", parent);
    set(request, "tracestate", state);
    set(request, "X-Request-Deadline", deadline);
  }

  private static void set(HttpURLConnection request, String name, @Nullable String value) {
    if (value != null) {
      request.setRequestProperty(name, value);
    }
  }

  /** A statement with its trace as a comment, as sqlcommenter writes it. */
  public String on(String sql) {
    return parent == null ? sql : sql + " /*traceparent='" + parent + "'*/";
  }
}
