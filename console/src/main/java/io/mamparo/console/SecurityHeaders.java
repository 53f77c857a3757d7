package io.mamparo.console;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;

/**
 * What every answer of the console tells the browser to refuse: code, styles, frames and
 * connections from anywhere but here, inline code, guessing of types, and turning text into HTML
 * anywhere but in lit-html's constant templates (Trusted Types). Stateless.
 */
final class SecurityHeaders {

  static final String CONTENT_SECURITY_POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "frame-src 'self'",
          "base-uri 'none'",
          "form-action 'self'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types lit-html");

  private static final Map<HeaderName, String> HEADERS =
      Map.of(
          HeaderNames.create("Content-Security-Policy"), CONTENT_SECURITY_POLICY,
          HeaderNames.create("X-Content-Type-Options"), "nosniff",
          HeaderNames.create("Referrer-Policy"), "no-referrer",
          HeaderNames.create("Cross-Origin-Opener-Policy"), "same-origin",
          HeaderNames.create("Cross-Origin-Resource-Policy"), "same-origin");

  private SecurityHeaders() {}

  static ServerResponse addTo(ServerResponse response) {
    HEADERS.forEach(response::header);
    return response;
  }
}
