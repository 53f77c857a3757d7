package io.mamparo.app.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Public keys as a JWK set (RFC 7517) says them: RSA of at least 2048 bits, P-256, P-384 and
 * Ed25519. Others, and keys for encryption, are left out. Immutable.
 */
record KeySet(List<Key> keys) {
  static final int MOST = 100;
  private static final int WEAKEST_RSA = 2048;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A key.
   *
   * @param id null when the set does not say
   * @param alg what it may be used with; null when the set does not say
   */
  record Key(@Nullable String id, @Nullable String alg, String type, PublicKey key) {}

  KeySet {
    keys = List.copyOf(keys);
  }

  /**
   * Reads a set.
   *
   * @throws IOException when it is none
   */
  static KeySet parse(byte[] text) throws IOException {
    JsonNode all = JSON.readTree(text).path("keys");
    if (!all.isArray()) {
      throw new IOException("there is no list \"keys\": it is no JWK set");
    }
    List<Key> keys = new ArrayList<>();
    for (JsonNode each : all) {
      if (keys.size() < MOST && !each.path("use").asText("sig").equals("enc")) {
        try {
          Key key = key(each);
          if (key != null) {
            keys.add(key);
          }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
          throw new IOException("key " + each.path("kid").asText("without kid") + ": " + e, e);
        }
      }
    }
    return new KeySet(keys);
  }

  private static @Nullable Key key(JsonNode json) throws GeneralSecurityException {
    String type = json.path("kty").asText() + " " + json.path("crv").asText("");
    PublicKey key =
        switch (type.strip()) {
          case "RSA" -> rsa(json);
          case "EC P-256" -> ec(json, "secp256r1");
          case "EC P-384" -> ec(json, "secp384r1");
          case "OKP Ed25519" -> ed(json);
          default -> null;
        };
    return key == null ? null : new Key(text(json, "kid"), text(json, "alg"), type.strip(), key);
  }

  private static @Nullable String text(JsonNode json, String name) {
    return json.hasNonNull(name) ? json.get(name).asText() : null;
  }

  private static BigInteger number(JsonNode json, String name) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(json.path(name).asText()));
  }

  private static PublicKey rsa(JsonNode json) throws GeneralSecurityException {
    BigInteger modulus = number(json, "n");
    if (modulus.bitLength() < WEAKEST_RSA) {
      throw new GeneralSecurityException("RSA with fewer than 2048 bits");
    }
    return KeyFactory.getInstance("RSA")
        .generatePublic(new RSAPublicKeySpec(modulus, number(json, "e")));
  }

  private static PublicKey ec(JsonNode json, String curve) throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(curve));
    ECParameterSpec spec = parameters.getParameterSpec(ECParameterSpec.class);
    ECPoint point = new ECPoint(number(json, "x"), number(json, "y"));
    int bits = spec.getCurve().getField().getFieldSize();
    if (point.getAffineX().bitLength() > bits || point.getAffineY().bitLength() > bits) {
      // The JDK fails on it with an exception that says nothing of keys.
      throw new GeneralSecurityException("a point outside of the curve's field");
    }
    return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, spec));
  }

  private static PublicKey ed(JsonNode json) throws GeneralSecurityException {
    byte[] little = Base64.getUrlDecoder().decode(json.path("x").asText());
    byte[] big = new byte[little.length];
    for (int i = 0; i < little.length; i++) {
      big[i] = little[little.length - 1 - i];
    }
    boolean odd = big.length > 0 && (big[0] & 0x80) != 0;
    if (big.length > 0) {
      big[0] &= 0x7f;
    }
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(
            new EdECPublicKeySpec(
                NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, big))));
  }

  /** The keys that a token may have been signed with. */
  List<Key> candidates(@Nullable String id, String type, String alg) {
    return keys.stream()
        .filter(key -> key.type().equals(type))
        .filter(key -> key.alg() == null || key.alg().equals(alg))
        .filter(key -> id == null || key.id() == null || key.id().equals(id))
        .toList();
  }
}
