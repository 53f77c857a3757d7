package io.mamparo.app.tokens;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.kernel.Clock;
import io.mamparo.wire.aws.RdsToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** What proves who somebody is: JSON Web Tokens, sets of keys, RDS tokens. Run by Jazzer. */
public final class TokensFuzz {
  /** From RFC 7517, A.1, and RFC 8037, A.2. */
  private static final String KEYS =
      """
      {"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
      "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","kid":"1"},
      {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}\
      """;

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final JwtCheck CHECK = new JwtCheck("a", "b", of(KEYS), () -> {}, Clock.system());

  private TokensFuzz() {}

  private static java.util.function.Supplier<KeySet> of(String keys) {
    try {
      KeySet set = KeySet.parse(keys.getBytes(UTF_8));
      return () -> set;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        KEYS.getBytes(UTF_8),
        token("{\"alg\":\"ES256\",\"kid\":\"1\"}", "{\"exp\":9999999999,\"iss\":\"a\"}"),
        token("{\"alg\":\"EdDSA\"}", "{\"exp\":1,\"aud\":[\"b\"]}"),
        ("h:1/?Action=connect&DBUser=u&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=A%2F20260101%2Feu-west-1%2Frds-db%2Faws4_request"
                + "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=00")
            .getBytes(UTF_8));
  }

  private static byte[] token(String header, String claims) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return (base64.encodeToString(header.getBytes(UTF_8))
            + "."
            + base64.encodeToString(claims.getBytes(UTF_8))
            + "."
            + base64.encodeToString(new byte[64]))
        .getBytes(US_ASCII);
  }

  /** One text, taken for each of them. */
  public static void fuzzerTestOneInput(byte[] data) {
    refused(CHECK.check(data, 0, data.length));
    refused(RdsToken.refusal(new String(data, UTF_8), "u", at -> true, key -> "secret", NOW));
    try {
      KeySet.parse(data);
    } catch (IOException expected) {
      // The set is not taken.
    }
  }

  private static void refused(@org.jspecify.annotations.Nullable String why) {
    if (why == null) {
      throw new AssertionError("a token was found by chance");
    }
  }
}
