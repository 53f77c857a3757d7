package rental;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Talks to a service as a client would. */
final class Api {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final String url;

  Api(int port) {
    url = "http://127.0.0.1:" + port + "/api/v0.1";
  }

  /** What came back. */
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    Map<String, Object> json() throws IOException {
      return JSON.std.mapFrom(response.body());
    }

    List<Object> list() throws IOException {
      return JSON.std.listFrom(response.body());
    }

    String error() throws IOException {
      return String.valueOf(json().get("error"));
    }
  }

  Answer get(String path, String... headers) throws IOException, InterruptedException {
    return send("GET", path, "", headers);
  }

  Answer send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    return new Answer(
        CLIENT.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString()));
  }

  CompletableFuture<Answer> later(String path) {
    return CLIENT
        .sendAsync(request("GET", path, ""), HttpResponse.BodyHandlers.ofString())
        .thenApply(Answer::new);
  }

  private HttpRequest request(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(20))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }
}
