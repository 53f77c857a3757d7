package io.mamparo.dbproxy.client;

import io.mamparo.wire.pg.ScramKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys for users that do not exist: an asker sees the same salt each time, as for a real one, and
 * can prove nothing. Safe for use by several threads.
 */
public final class Strangers {
  private final byte[] secret = new byte[32];
  private final ScramKeys nobody;

  /** Keys that differ from process to process. */
  public Strangers() {
    SecureRandom random = new SecureRandom();
    random.nextBytes(secret);
    char[] password = new char[32];
    for (int i = 0; i < password.length; i++) {
      password[i] = (char) random.nextInt(33, 127);
    }
    nobody = ScramKeys.derive(password, secret, ScramKeys.ITERATIONS);
  }

  ScramKeys keys(String user) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      byte[] salt = mac.doFinal(user.getBytes(StandardCharsets.UTF_8));
      return nobody.withSalt(Arrays.copyOf(salt, 16));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
