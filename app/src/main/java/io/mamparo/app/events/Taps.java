package io.mamparo.app.events;

import io.mamparo.kernel.Problem;
import io.mamparo.mesh.RequestListener;
import io.mamparo.mesh.RequestRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * People who watch requests as they end. Costs nothing while nobody does; a reader that is too slow
 * misses lines, and is told how many. Loops offer, one thread for each reader writes.
 */
public final class Taps implements RequestListener {
  /** At once. */
  public static final int MOST = 8;

  private static final int LINES = 4096;
  private static final Set<String> KEYS =
      Set.of("from", "to", "route", "method", "path", "status", "format", "tries");

  private volatile List<Tap> open = List.of();

  /** What one reader wants. */
  private static final class Tap {
    private final Map<String, String> wanted;
    private final boolean json;
    private final boolean tries;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES);
    private final LongAdder missed = new LongAdder();

    Tap(Map<String, String> wanted) {
      this.wanted = Map.copyOf(wanted);
      json = "json".equals(wanted.get("format"));
      tries = "true".equals(wanted.get("tries"));
    }

    void offer(RequestRecord r, int attempt) {
      if ((attempt == 0 || tries) && matches(r)) {
        String line = json ? RequestLine.json(r, attempt) : RequestLine.text(r, attempt);
        if (!lines.offer(line)) {
          missed.increment();
        }
      }
    }

    private boolean matches(RequestRecord r) {
      return is("from", r.caller())
          && is("to", r.service())
          && is("route", r.route())
          && is("method", r.method())
          && (!wanted.containsKey("path") || begins(r))
          && status(r.status());
    }

    private boolean begins(RequestRecord r) {
      return r.path().startsWith(wanted.getOrDefault("path", ""));
    }

    private boolean is(String key, @Nullable String value) {
      String want = wanted.get(key);
      return want == null || want.equals(value);
    }

    /** 503, or 5xx for all that begin with 5. */
    private boolean status(int status) {
      String want = wanted.get("status");
      return want == null
          || want.equals(Integer.toString(status))
          || (want.length() == 3 && want.endsWith("xx") && want.charAt(0) - '0' == status / 100);
    }
  }

  @Override
  public void onRequest(RequestRecord request) {
    for (Tap tap : open) {
      tap.offer(request, 0);
    }
  }

  @Override
  public void onTry(RequestRecord attempt) {
    for (Tap tap : open) {
      tap.offer(attempt, attempt.tries());
    }
  }

  /**
   * Writes matching requests, a line each, until the reader goes away or the thread is interrupted.
   *
   * @param wanted {@code from}, {@code to}, {@code route}, {@code method}, {@code path} (its
   *     beginning), {@code status} (503 or 5xx), {@code format} ({@code text} or {@code json}),
   *     {@code tries} (true: also tries that another one followed)
   */
  public void run(Map<String, String> wanted, OutputStream out) throws IOException {
    for (String key : wanted.keySet()) {
      if (!KEYS.contains(key)) {
        throw new Problem(
            "tap",
            "there is no condition \"" + key + "\"",
            "use from, to, route, method, path, status, format or tries");
      }
    }
    Tap tap = new Tap(wanted);
    add(tap);
    try {
      // A line at once tells the reader that it watches, an empty one now and then whether it does.
      out.write('\n');
      out.flush();
      while (!Thread.currentThread().isInterrupted()) {
        write(tap, out);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      remove(tap);
    }
  }

  private static void write(Tap tap, OutputStream out) throws IOException, InterruptedException {
    String line = tap.lines.poll(1, TimeUnit.SECONDS);
    StringBuilder text = new StringBuilder();
    for (; line != null && text.length() < 64 * 1024; line = tap.lines.poll()) {
      text.append(line).append('\n');
    }
    long missed = tap.missed.sumThenReset();
    if (missed > 0) {
      text.append(
          tap.json
              ? "{\"missed\":" + missed + "}\n"
              : "… " + missed + " more that could not be shown in time\n");
    }
    out.write((text.isEmpty() ? "\n" : text.toString()).getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private synchronized void add(Tap tap) {
    if (open.size() >= MOST) {
      throw new Problem("tap", MOST + " watch already", "end one of them first");
    }
    List<Tap> next = new ArrayList<>(open);
    next.add(tap);
    open = List.copyOf(next);
  }

  private synchronized void remove(Tap tap) {
    List<Tap> next = new ArrayList<>(open);
    next.remove(tap);
    open = List.copyOf(next);
  }
}
