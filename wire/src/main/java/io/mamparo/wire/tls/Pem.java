package io.mamparo.wire.tls;

import io.mamparo.kernel.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and private keys as text (RFC 7468). Stateless. */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final String RSA = "1.2.840.113549.1.1.1";
  private static final String EC = "1.2.840.10045.2.1";

  private Pem() {}

  /**
   * The certificates of a file, in its order.
   *
   * @throws Problem when there is none, or one cannot be read
   */
  public static List<X509Certificate> certificates(Path file) {
    List<X509Certificate> all = certificates(read(file), "certificate file " + file);
    if (all.isEmpty()) {
      throw new Problem(
          "certificate file " + file,
          "it holds no certificate",
          "give a PEM file with a BEGIN CERTIFICATE block");
    }
    return all;
  }

  static List<X509Certificate> certificates(String text, String subject) {
    List<X509Certificate> all = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals("CERTIFICATE")) {
        all.add(certificate(decode(block.group(2), subject), subject));
      }
    }
    return all;
  }

  static X509Certificate certificate(byte[] der, String subject) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new Problem(subject, "a certificate cannot be read", "check its PEM blocks", e);
    }
  }

  /**
   * The private key of a file: PKCS #8, or the older forms of RSA and EC keys.
   *
   * @throws Problem when there is none, or it is encrypted
   */
  public static PrivateKey privateKey(Path file) {
    return privateKey(read(file), "private key file " + file);
  }

  static PrivateKey privateKey(String text, String subject) {
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      String kind = block.group(1);
      if (kind.equals("ENCRYPTED PRIVATE KEY") || block.group(2).contains("ENCRYPTED")) {
        throw new Problem(
            subject,
            "the key is encrypted",
            "give one without a passphrase, readable by its owner only");
      }
      switch (kind) {
        case "PRIVATE KEY" -> {
          return key(decode(block.group(2), subject), subject);
        }
        case "RSA PRIVATE KEY" -> {
          byte[] algorithm = Der.sequence(Der.oid(RSA), Der.nothing());
          return key(wrapped(algorithm, decode(block.group(2), subject)), subject);
        }
        case "EC PRIVATE KEY" -> {
          byte[] key = decode(block.group(2), subject);
          byte[] algorithm = Der.sequence(Der.oid(EC), curve(key, subject));
          return key(wrapped(algorithm, key), subject);
        }
        default -> {
          // Certificates, or the parameters that openssl writes before an EC key.
        }
      }
    }
    throw new Problem(
        subject, "it holds no private key", "give a PEM file with a BEGIN PRIVATE KEY block");
  }

  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return Der.sequence(Der.integer(BigInteger.ZERO), algorithm, Der.octets(key));
  }

  /** The named curve of an ECPrivateKey (RFC 5915): what its tag 0 holds. */
  private static byte[] curve(byte[] key, String subject) {
    // SEQUENCE { INTEGER 1, OCTET STRING, [0] { OID } … }; all lengths are short for known curves.
    for (int i = 2; i + 3 < key.length; i++) {
      int length = key[i + 3] & 0xff;
      boolean found = (key[i] & 0xff) == 0xa0 && key[i + 2] == 0x06 && key[i + 1] == length + 2;
      if (found && i + 4 + length <= key.length) {
        return java.util.Arrays.copyOfRange(key, i + 2, i + 4 + length);
      }
    }
    throw new Problem(
        subject, "the key names no curve", "convert it with openssl pkcs8 -topk8 -nocrypt");
  }

  private static PrivateKey key(byte[] pkcs8, String subject) {
    for (String algorithm : List.of("EC", "RSA", "EdDSA", "RSASSA-PSS")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        // Another algorithm's, then.
      }
    }
    throw new Problem(
        subject, "the private key cannot be read", "give an RSA, EC or Ed25519 key as PKCS #8");
  }

  private static byte[] decode(String base64, String subject) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new Problem(subject, "a PEM block is not base64", "copy the file again", e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new Problem(
          "file " + file, "cannot be read (" + e + ")", "make it readable for this user", e);
    }
  }

  /** A certificate as text. */
  public static String text(X509Certificate certificate) {
    try {
      return text("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A private key as text; a secret. */
  public static String text(PrivateKey key) {
    return text("PRIVATE KEY", key.getEncoded());
  }

  private static String text(String kind, byte[] der) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}
