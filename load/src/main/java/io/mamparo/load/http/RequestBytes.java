package io.mamparo.load.http;

import io.mamparo.load.HttpRequest;
import io.mamparo.load.Template;
import io.mamparo.load.run.Job;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One kind of request as bytes; what does not change is made once. Immutable. */
final class RequestBytes {
  private final HttpRequest request;
  private final String prefix;
  private final byte[] headers;

  /** Without a placeholder in path and body all bytes are the same each time. */
  private final byte @Nullable [] fixed;

  RequestBytes(HttpRequest request, URI base) {
    this.request = request;
    String path = base.getRawPath() == null ? "" : base.getRawPath();
    prefix =
        request.method() + " " + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    headers = headers(request, base).getBytes(StandardCharsets.ISO_8859_1);
    Template body = request.body();
    boolean plain =
        request.path().values(0, 0).length == 0 && (body == null || body.values(0, 0).length == 0);
    fixed = plain ? render(0, 0) : null;
  }

  static List<RequestBytes> all(List<HttpRequest> requests, URI base) {
    return requests.stream().map(request -> new RequestBytes(request, base)).toList();
  }

  HttpRequest request() {
    return request;
  }

  boolean head() {
    return request.method().equals("HEAD");
  }

  byte[] of(Job job) {
    return fixed != null ? fixed : render(job.seq(), job.draw());
  }

  private byte[] render(long seq, long draw) {
    Template template = request.body();
    byte[] body =
        template == null
            ? new byte[0]
            : template.render(seq, draw).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(headers.length + body.length + 128);
    out.writeBytes(ascii(prefix + request.path().render(seq, draw) + " HTTP/1.1\r\n"));
    out.writeBytes(headers);
    if (template != null) {
      out.writeBytes(ascii("Content-Length: " + body.length + "\r\n"));
    }
    out.writeBytes(ascii("\r\n"));
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static String headers(HttpRequest request, URI base) {
    TreeMap<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String port = base.getPort() == -1 ? "" : ":" + base.getPort();
    all.put("Host", base.getHost().toLowerCase(Locale.ROOT) + port);
    all.put("User-Agent", "mamparo-load");
    all.put("Accept", "*/*");
    all.putAll(request.headers());
    StringBuilder text = new StringBuilder();
    all.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
    return text.toString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
