package io.mamparo.app.tokens;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.VirtualClock;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JwtCheckTest {
  private static final Base64.Encoder BASE = Base64.getUrlEncoder().withoutPadding();

  private final VirtualClock clock = new VirtualClock();
  private final AtomicInteger unknown = new AtomicInteger();

  private long now() {
    return clock.epochNanos() / 1_000_000_000L;
  }

  private static KeyPair rsa(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  private static KeyPair ec() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static String number(BigInteger value, int length) {
    byte[] bytes = value.toByteArray();
    byte[] fixed = new byte[length];
    int n = Math.min(length, bytes.length);
    System.arraycopy(bytes, bytes.length - n, fixed, length - n, n);
    return BASE.encodeToString(fixed);
  }

  private static String jwk(String id, KeyPair pair) {
    if (pair.getPublic() instanceof RSAPublicKey key) {
      return "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"AQAB\"}"
          .formatted(id, number(key.getModulus(), key.getModulus().bitLength() / 8));
    }
    if (pair.getPublic() instanceof ECPublicKey key) {
      return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}"
          .formatted(id, number(key.getW().getAffineX(), 32), number(key.getW().getAffineY(), 32));
    }
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"}"
        .formatted(id, BASE.encodeToString(raw));
  }

  private static KeySet set(String... jwks) throws IOException {
    return KeySet.parse(("{\"keys\":[" + String.join(",", jwks) + "]}").getBytes(UTF_8));
  }

  private static String token(String alg, String java, String id, KeyPair pair, String claims)
      throws Exception {
    String header = "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(alg, id);
    String signed = BASE.encodeToString(header.getBytes(UTF_8)) + "." + encoded(claims);
    Signature signer = Signature.getInstance(java);
    signer.initSign(pair.getPrivate());
    signer.update(signed.getBytes(US_ASCII));
    return signed + "." + BASE.encodeToString(signer.sign());
  }

  private static String encoded(String claims) {
    return BASE.encodeToString(claims.getBytes(UTF_8));
  }

  private String claims(long from, long until) {
    return "{\"iss\":\"me\",\"aud\":[\"a\",\"cars\"],\"nbf\":%d,\"exp\":%d}"
        .formatted(now() + from, now() + until);
  }

  private @Nullable String check(KeySet keys, String token) {
    byte[] bytes = ("xx" + token).getBytes(US_ASCII);
    return new JwtCheck("me", "cars", () -> keys, unknown::incrementAndGet, clock)
        .check(bytes, 2, bytes.length);
  }

  @Test
  void check_takesEveryKindOfKey() throws Exception {
    KeyPair rsa = rsa(2048);
    KeyPair ec = ec();
    KeyPair ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    KeySet keys = set(jwk("r", rsa), jwk("e", ec), jwk("d", ed));
    String good = claims(-10, 100);
    assertNull(check(keys, token("RS256", "SHA256withRSA", "r", rsa, good)));
    assertNull(check(keys, token("RS512", "SHA512withRSA", "r", rsa, good)));
    assertNull(check(keys, token("ES256", "SHA256withECDSAinP1363Format", "e", ec, good)));
    assertNull(check(keys, token("EdDSA", "Ed25519", "d", ed, good)));
  }

  @Test
  void check_saysWhatIsWrong() throws Exception {
    KeyPair ec = ec();
    KeySet keys = set(jwk("e", ec));
    String java = "SHA256withECDSAinP1363Format";
    assertEquals(
        "the token has expired", check(keys, token("ES256", java, "e", ec, claims(-100, -60))));
    assertNull(check(keys, token("ES256", java, "e", ec, claims(-100, -10))), "clocks differ");
    assertEquals(
        "the token is not valid yet", check(keys, token("ES256", java, "e", ec, claims(60, 100))));
    assertEquals(
        "the token does not say when it expires",
        check(keys, token("ES256", java, "e", ec, "{\"iss\":\"me\",\"aud\":\"cars\"}")));
    assertEquals(
        "the token is of another issuer",
        check(keys, token("ES256", java, "e", ec, "{\"iss\":\"you\",\"aud\":\"cars\",\"exp\":1}")));
    assertEquals(
        "the token is for another audience",
        check(keys, token("ES256", java, "e", ec, "{\"iss\":\"me\",\"aud\":\"vans\",\"exp\":1}")));
    assertEquals(
        "the token's signature is wrong",
        check(keys, token("ES256", java, "e", ec(), claims(0, 100))));
    assertEquals(
        "the token's key is not known",
        check(keys, token("ES256", java, "other", ec, claims(0, 100))));
    assertEquals(1, unknown.get());
    String good = token("ES256", java, "e", ec, claims(0, 100));
    String[] parts = good.split("\\.");
    assertEquals(
        "the token's signature is wrong",
        check(keys, parts[0] + "." + encoded(claims(0, 99_999)) + "." + parts[2]));
    for (String nonsense : List.of("", "a", "a.b", "a.b.c", "a.b.c.d", "....")) {
      assertTrue(check(keys, nonsense) != null, nonsense);
    }
  }

  @Test
  void check_neverTakesNoneOrASharedSecret() throws Exception {
    KeySet keys = set(jwk("r", rsa(2048)));
    for (String alg : List.of("none", "None", "HS256")) {
      String header = encoded("{\"alg\":\"" + alg + "\",\"kid\":\"r\"}");
      assertEquals(
          "the token's algorithm is not accepted",
          check(keys, header + "." + encoded(claims(0, 100)) + "."));
    }
  }

  @Test
  void check_remembersGoodTokensOnlyUntilTheyExpire_andNotForOtherKeys() throws Exception {
    KeyPair ec = ec();
    KeySet[] keys = {set(jwk("e", ec))};
    JwtCheck check = new JwtCheck("me", "cars", () -> keys[0], unknown::incrementAndGet, clock);
    byte[] token =
        token("ES256", "SHA256withECDSAinP1363Format", "e", ec, claims(0, 100)).getBytes(US_ASCII);
    assertNull(check.check(token, 0, token.length));
    clock.advance(java.time.Duration.ofSeconds(90));
    assertNull(check.check(token, 0, token.length));
    clock.advance(java.time.Duration.ofSeconds(60));
    assertEquals("the token has expired", check.check(token, 0, token.length));
    byte[] fresh =
        token("ES256", "SHA256withECDSAinP1363Format", "e", ec, claims(0, 100)).getBytes(US_ASCII);
    assertNull(check.check(fresh, 0, fresh.length));
    keys[0] = set(jwk("f", ec()));
    assertEquals("the token's key is not known", check.check(fresh, 0, fresh.length));
  }

  @Test
  void keySet_refusesWeakKeys_andLeavesOutWhatItDoesNotKnow() throws Exception {
    KeyPair weak = rsa(1024);
    assertThrows(IOException.class, () -> set(jwk("w", weak)));
    assertThrows(IOException.class, () -> KeySet.parse("[]".getBytes(UTF_8)));
    String large = BASE.encodeToString(new BigInteger("1").shiftLeft(300).toByteArray());
    String point = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + large + "\",\"y\":\"AQ\"}";
    assertThrows(IOException.class, () -> set(point));
    assertEquals(0, set("{\"kty\":\"oct\",\"k\":\"AAAA\"}").keys().size());
  }
}
