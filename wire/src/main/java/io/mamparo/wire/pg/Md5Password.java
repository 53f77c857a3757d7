package io.mamparo.wire.pg;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The answer to PostgreSQL's old MD5 question. Safe for use by several threads. */
public final class Md5Password {
  private Md5Password() {}

  /** {@code md5(md5(password user) salt)} in hexadecimal, after the letters md5. */
  public static byte[] answer(String user, char[] password, byte[] salt) {
    byte[] inner = hex(md5((new String(password) + user).getBytes(StandardCharsets.UTF_8)));
    byte[] salted = new byte[inner.length + salt.length];
    System.arraycopy(inner, 0, salted, 0, inner.length);
    System.arraycopy(salt, 0, salted, inner.length, salt.length);
    return ("md5" + HexFormat.of().formatHex(md5(salted))).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] md5(byte[] data) {
    try {
      return MessageDigest.getInstance("MD5").digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
