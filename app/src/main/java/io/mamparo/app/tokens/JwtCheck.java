package io.mamparo.app.tokens;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mamparo.kernel.Clock;
import io.mamparo.mesh.TokenCheck;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks JSON Web Tokens: signature, issuer, audience and times. Called on the loops. A signature
 * costs tens to hundreds of microseconds, so that tokens that were good are remembered until they
 * expire, {@value #MOST} at a time.
 *
 * <p>Only signatures by public keys are taken (RS, ES, EdDSA): {@code none} and those by a shared
 * secret never are, and the algorithm must belong to the key, whatever the token says (RFC 8725).
 */
@SuppressWarnings("ReferenceEquality") // Sets of keys are replaced as a whole.
final class JwtCheck implements TokenCheck {
  static final int MOST = 8192;
  private static final int LONGEST = 8192;
  private static final long LEEWAY_SECONDS = 30;
  private static final long NANOS = 1_000_000_000L;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How an algorithm is called by Java, and the keys it belongs to. */
  private record Algorithm(String java, String type) {}

  private static final Map<String, Algorithm> ALGORITHMS =
      Map.of(
          "RS256", new Algorithm("SHA256withRSA", "RSA"),
          "RS384", new Algorithm("SHA384withRSA", "RSA"),
          "RS512", new Algorithm("SHA512withRSA", "RSA"),
          "ES256", new Algorithm("SHA256withECDSAinP1363Format", "EC P-256"),
          "ES384", new Algorithm("SHA384withECDSAinP1363Format", "EC P-384"),
          "EdDSA", new Algorithm("Ed25519", "OKP Ed25519"));

  private record Good(KeySet keys, long from, long until) {}

  private final @Nullable String issuer;
  private final @Nullable String audience;
  private final Supplier<KeySet> keys;
  private final Runnable unknownKey;
  private final Clock clock;
  private final Map<String, Good> good = new ConcurrentHashMap<>();

  /**
   * A check.
   *
   * @param issuer null: any
   * @param audience null: any
   * @param keys the present ones; must not block
   * @param unknownKey told when a token names a key that is not among them; must not block
   */
  JwtCheck(
      @Nullable String issuer,
      @Nullable String audience,
      Supplier<KeySet> keys,
      Runnable unknownKey,
      Clock clock) {
    this.issuer = issuer;
    this.audience = audience;
    this.keys = keys;
    this.unknownKey = unknownKey;
    this.clock = clock;
  }

  @Override
  public @Nullable String check(byte[] bytes, int from, int to) {
    if (to - from > LONGEST) {
      return "the token is longer than 8 KiB";
    }
    String token = new String(bytes, from, to - from, US_ASCII);
    KeySet now = keys.get();
    long seconds = clock.epochNanos() / NANOS;
    Good known = good.get(token);
    if (known != null && known.keys() == now) {
      return times(known, seconds);
    }
    try {
      return verify(token, now, seconds);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      return "the token cannot be read";
    }
  }

  private @Nullable String verify(String token, KeySet now, long seconds)
      throws IOException, GeneralSecurityException {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
      return "the token is no signed JWT";
    }
    JsonNode header = part(token.substring(0, first));
    Algorithm algorithm = ALGORITHMS.get(header.path("alg").asText());
    if (algorithm == null || header.has("crit")) {
      return "the token's algorithm is not accepted";
    }
    String id = header.hasNonNull("kid") ? header.get("kid").asText() : null;
    List<KeySet.Key> candidates = now.candidates(id, algorithm.type(), header.path("alg").asText());
    if (candidates.isEmpty()) {
      unknownKey.run();
      return "the token's key is not known";
    }
    byte[] signed = token.substring(0, second).getBytes(US_ASCII);
    byte[] signature = Base64.getUrlDecoder().decode(token.substring(second + 1));
    boolean valid = false;
    for (KeySet.Key key : candidates) {
      valid |= matches(algorithm, key, signed, signature);
    }
    if (!valid) {
      return "the token's signature is wrong";
    }
    return claims(token, part(token.substring(first + 1, second)), now, seconds);
  }

  private static boolean matches(
      Algorithm algorithm, KeySet.Key key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance(algorithm.java());
    verifier.initVerify(key.key());
    verifier.update(signed);
    try {
      return verifier.verify(signature);
    } catch (java.security.SignatureException e) {
      return false;
    }
  }

  private static JsonNode part(String text) throws IOException {
    JsonNode json = JSON.readTree(Base64.getUrlDecoder().decode(text));
    if (json == null || !json.isObject()) {
      throw new IOException("not an object");
    }
    return json;
  }

  private @Nullable String claims(String token, JsonNode claims, KeySet now, long seconds) {
    if (!claims.path("exp").isNumber()) {
      return "the token does not say when it expires";
    }
    if (issuer != null && !issuer.equals(claims.path("iss").asText())) {
      return "the token is of another issuer";
    }
    if (audience != null && !isFor(claims.path("aud"), audience)) {
      return "the token is for another audience";
    }
    Good found =
        new Good(now, claims.path("nbf").asLong(Long.MIN_VALUE / 2), claims.path("exp").asLong());
    String wrong = times(found, seconds);
    if (wrong == null) {
      remember(token, found, seconds);
    }
    return wrong;
  }

  private static boolean isFor(JsonNode said, String audience) {
    if (said.isArray()) {
      for (JsonNode each : said) {
        if (each.asText().equals(audience)) {
          return true;
        }
      }
      return false;
    }
    return said.asText().equals(audience);
  }

  private static @Nullable String times(Good token, long seconds) {
    if (seconds >= token.until() + LEEWAY_SECONDS) {
      return "the token has expired";
    }
    return seconds < token.from() - LEEWAY_SECONDS ? "the token is not valid yet" : null;
  }

  private void remember(String token, Good found, long seconds) {
    if (good.size() >= MOST) {
      good.values().removeIf(g -> g.until() <= seconds || g.keys() != found.keys());
      if (good.size() >= MOST) {
        good.clear();
      }
    }
    good.put(token, found);
  }
}
