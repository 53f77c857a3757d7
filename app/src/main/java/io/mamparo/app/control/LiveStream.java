package io.mamparo.app.control;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * {@code /v1/live}: server-sent events, the overview each second. One virtual thread a reader; at
 * most {@value #READERS} readers, the next one is told to come back.
 */
final class LiveStream implements AutoCloseable {
  static final int READERS = 64;

  private final ControlPlane plane;
  private final Semaphore places = new Semaphore(READERS);
  private final CountDownLatch closed = new CountDownLatch(1);

  LiveStream(ControlPlane plane) {
    this.plane = plane;
  }

  void handle(ServerRequest request, ServerResponse response) {
    if (!places.tryAcquire()) {
      response.header("Retry-After", "5");
      Replies.problem(
          response, 503, "live events: " + READERS + " readers already", "close one of them");
      return;
    }
    response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    try (OutputStream out = response.outputStream()) {
      do {
        out.write("event: overview\ndata: ".getBytes(StandardCharsets.UTF_8));
        out.write(Replies.bytes(plane.overview()));
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
      } while (!closed.await(1, TimeUnit.SECONDS));
    } catch (IOException | UncheckedIOException e) {
      // The reader went away.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
