package io.mamparo.wire.tls;

import io.mamparo.kernel.Problem;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * What one end of a connection shows and proves: certificates and the key of the first. Immutable;
 * holds a secret that it does not print.
 *
 * @param chain the own certificate first, then those that lead towards a root
 */
public record Identity(List<X509Certificate> chain, PrivateKey key) {
  private static final int DNS = 2;
  private static final int URI = 6;

  public Identity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("an identity needs a certificate");
    }
  }

  /**
   * Reads both from PEM files; the same file may hold both.
   *
   * @throws Problem when one is unusable, or they do not belong together
   */
  public static Identity read(Path certificate, Path key) {
    Identity identity = new Identity(Pem.certificates(certificate), Pem.privateKey(key));
    if (!identity.belongsTogether()) {
      throw new Problem(
          "certificate file " + certificate,
          "the private key in " + key + " belongs to another certificate",
          "give the key that the certificate was made for; the own certificate stands first");
    }
    return identity;
  }

  private boolean belongsTogether() {
    String keyAlgorithm = key.getAlgorithm();
    String algorithm =
        switch (keyAlgorithm) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> keyAlgorithm;
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(new byte[32]);
      byte[] signed = signature.sign();
      signature.initVerify(certificate().getPublicKey());
      signature.update(new byte[32]);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The own certificate. */
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /** Whether it was made for a host of this name; wildcards stand for one label. */
  public boolean isFor(String host) {
    String asked = host.toLowerCase(Locale.ROOT);
    return names(certificate(), DNS).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .anyMatch(
            name ->
                name.startsWith("*.")
                    ? asked.indexOf('.') > 0
                        && name.substring(1).equals(asked.substring(asked.indexOf('.')))
                    : name.equals(asked));
  }

  /**
   * All by which a certificate names its holder: URIs and host names of its alternative names, and
   * its common name, in this order.
   */
  public static List<String> names(X509Certificate certificate) {
    List<String> all = new ArrayList<>(names(certificate, URI));
    all.addAll(names(certificate, DNS));
    try {
      LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
      for (Rdn rdn : subject.getRdns()) {
        if (rdn.getType().equalsIgnoreCase("CN")) {
          all.add(rdn.getValue().toString());
        }
      }
    } catch (InvalidNameException e) {
      // A certificate without a readable subject has no common name.
    }
    return all;
  }

  private static List<String> names(X509Certificate certificate, int kind) {
    List<String> all = new ArrayList<>();
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      for (List<?> name : names == null ? List.<List<?>>of() : names) {
        if (name.getFirst().equals(kind) && name.getLast() instanceof String text) {
          all.add(text);
        }
      }
    } catch (CertificateParsingException e) {
      // A certificate without readable names has none.
    }
    return all;
  }

  /**
   * What channel binding of type tls-server-end-point binds to (RFC 5929, section 4): the hash of
   * the server's certificate by its signature's hash, at least SHA-256.
   *
   * @return null when the signature has no hash of its own, such as Ed25519: undefined then
   */
  public static byte @Nullable [] endPoint(X509Certificate certificate) {
    String hash = hash(certificate);
    if (hash == null) {
      return null;
    }
    try {
      return MessageDigest.getInstance(hash).digest(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  private static @Nullable String hash(X509Certificate certificate) {
    String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    if (algorithm.contains("PSS")) {
      return pssHash(certificate);
    }
    int with = algorithm.indexOf("WITH");
    if (with < 0) {
      return null;
    }
    return switch (algorithm.substring(0, with)) {
      case "MD5", "SHA1", "SHA256" -> "SHA-256";
      case "SHA224" -> "SHA-224";
      case "SHA384" -> "SHA-384";
      case "SHA512" -> "SHA-512";
      default -> null;
    };
  }

  private static @Nullable String pssHash(X509Certificate certificate) {
    try {
      java.security.AlgorithmParameters parameters =
          java.security.AlgorithmParameters.getInstance("RSASSA-PSS");
      parameters.init(certificate.getSigAlgParams());
      AlgorithmParameterSpec spec = parameters.getParameterSpec(PSSParameterSpec.class);
      String digest = ((PSSParameterSpec) spec).getDigestAlgorithm();
      return digest.equals("SHA-1") ? "SHA-256" : digest;
    } catch (GeneralSecurityException | java.io.IOException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return "Identity[" + certificate().getSubjectX500Principal().getName() + "]";
  }
}
