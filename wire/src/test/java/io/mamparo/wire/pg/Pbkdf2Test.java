package io.mamparo.wire.pg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;

class Pbkdf2Test {
  /** RFC 7914, section 11. */
  @Test
  void key_isThatOfTheRfc() {
    assertEquals(
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
        hex("passwd", "salt", 1));
    assertEquals(
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
        hex("Password", "NaCl", 80000));
  }

  private static String hex(String password, String salt, int iterations) {
    return HexFormat.of()
        .formatHex(
            Pbkdf2.key(
                password.getBytes(StandardCharsets.UTF_8),
                salt.getBytes(StandardCharsets.UTF_8),
                iterations));
  }

  @Test
  void key_ofAnyPasswordAndSalt_isThatOfTheJdk() throws Exception {
    Random random = new Random(7);
    SecretKeyFactory jdk = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
    for (int length = 1; length < 140; length++) {
      StringBuilder password = new StringBuilder();
      for (int i = 0; i < length; i++) {
        password.append((char) (' ' + random.nextInt(95)));
      }
      byte[] salt = new byte[1 + random.nextInt(100)];
      random.nextBytes(salt);
      int iterations = 1 + random.nextInt(5);
      byte[] expected =
          jdk.generateSecret(
                  new PBEKeySpec(password.toString().toCharArray(), salt, iterations, 256))
              .getEncoded();
      assertArrayEquals(
          expected,
          Pbkdf2.key(password.toString().getBytes(StandardCharsets.UTF_8), salt, iterations),
          password + " " + iterations);
    }
  }
}
