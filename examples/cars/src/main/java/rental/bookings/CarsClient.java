package rental.bookings;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import rental.web.Failure;
import rental.web.Trace;

/** Asks the cars service, which is at {@code CARS_URL}. */
final class CarsClient {
  private static final int CONNECT_MILLIS = 500;
  private static final int READ_MILLIS = 1_500;

  private final String url;

  CarsClient(String url) {
    this.url = url.replaceAll("/+$", "");
  }

  /**
   * Makes sure that there is such a car.
   *
   * @throws Failure 422 when there is none, 503 when the cars service does not say
   */
  void require(String registration, Trace trace) {
    int status;
    try {
      status = ask(registration, trace);
    } catch (IOException e) {
      throw Failure.unavailable("the cars service does not answer");
    }
    if (status == 404) {
      throw new Failure(422, "car_registration: there is no car " + registration);
    }
    if (status != 200) {
      throw Failure.unavailable("the cars service answered " + status);
    }
  }

  /** Asks once for nothing, so that the first request finds a connection. */
  void warmUp() {
    try {
      ask("none", Trace.NONE);
    } catch (IOException e) {
      // The first request will see for itself.
    }
  }

  private int ask(String registration, Trace trace) throws IOException {
    String name = URLEncoder.encode(registration, StandardCharsets.UTF_8).replace("+", "%20");
    URL car = URI.create(url + "/api/v0.1/car/" + name).toURL();
    HttpURLConnection request = (HttpURLConnection) car.openConnection();
    request.setConnectTimeout(CONNECT_MILLIS);
    request.setReadTimeout(READ_MILLIS);
    trace.copyTo(request);
    int status = request.getResponseCode();
    drain(status < 400 ? request.getInputStream() : request.getErrorStream());
    return status;
  }

  /** A connection whose answer was read to its end is used again. */
  private static void drain(@Nullable InputStream body) throws IOException {
    if (body != null) {
      try (body) {
        body.readNBytes(64 << 10);
      }
    }
  }
}
