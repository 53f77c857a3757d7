package io.mamparo.wire.tls;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An own certificate authority: a P-256 key that never leaves its directory, and short-lived
 * certificates signed with it (RFC 5280). Whoever is to trust them is given {@link #rootFile()}.
 * Safe for use by several threads.
 *
 * <p>Invariant: {@code authority.pem}, mode 0600, holds key and certificate together, so that a
 * crash leaves both or none.
 */
public final class CertificateAuthority {
  private static final Logger LOG = System.getLogger(CertificateAuthority.class.getName());
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration ROOT_LIFE = Duration.ofDays(3650);

  /** Clocks of other machines may be behind. */
  private static final Duration SKEW = Duration.ofMinutes(10);

  private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
  private static final String COMMON_NAME = "2.5.4.3";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String EXTENDED_USAGE = "2.5.29.37";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final String SUBJECT_KEY = "2.5.29.14";
  private static final String AUTHORITY_KEY = "2.5.29.35";

  private final Path directory;
  private final Identity authority;

  /**
   * Who a certificate is for.
   *
   * @param name what people read
   * @param hosts DNS names
   * @param addresses IP addresses, written out
   * @param uri a SPIFFE identity; null for none
   */
  public record Holder(
      String name, List<String> hosts, List<String> addresses, @Nullable String uri) {
    public Holder {
      hosts = List.copyOf(hosts);
      addresses = List.copyOf(addresses);
    }
  }

  private CertificateAuthority(Path directory, Identity authority) {
    this.directory = directory;
    this.authority = authority;
  }

  /**
   * Finds the authority of a directory, or makes one.
   *
   * @param name what people read in its certificate when it is made
   * @throws Problem when the directory cannot be used, or what it holds is damaged
   */
  public static CertificateAuthority open(Path directory, String name, Instant now) {
    Path file = directory.resolve("authority.pem");
    String subject = "certificate authority " + file;
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (!Files.exists(file)) {
        KeyPair pair = pair();
        X509Certificate root = root(pair, name, now);
        write(file, Pem.text(pair.getPrivate()) + Pem.text(root), "rw-------");
      }
      String text = Files.readString(file, StandardCharsets.US_ASCII);
      Identity authority =
          new Identity(Pem.certificates(text, subject), Pem.privateKey(text, subject));
      CertificateAuthority opened = new CertificateAuthority(directory, authority);
      String shown = Pem.text(authority.certificate());
      if (!Files.exists(opened.rootFile())
          || !Files.readString(opened.rootFile(), StandardCharsets.US_ASCII).equals(shown)) {
        write(opened.rootFile(), shown, "rw-r--r--");
      }
      return opened;
    } catch (IOException e) {
      throw new Problem(subject, "cannot be used (" + e + ")", "make it writable", e);
    } catch (IllegalArgumentException e) {
      throw new Problem(
          subject, "it is damaged", "remove it to get a new authority; clients must trust it anew");
    }
  }

  private static void write(Path file, String text, String mode) throws IOException {
    Set<java.nio.file.attribute.PosixFilePermission> permissions =
        PosixFilePermissions.fromString(mode);
    Path next =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            "new",
            null,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.setPosixFilePermissions(next, permissions);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** What others must trust. */
  public X509Certificate root() {
    return authority.certificate();
  }

  /** A file with the root certificate; no secret. */
  public Path rootFile() {
    return directory.resolve("root.crt");
  }

  /** Whether something was kept for this holder, however old. */
  public static boolean keeps(Path directory, Holder holder) {
    return Files.exists(kept(directory, holder));
  }

  private static Path kept(Path directory, Holder holder) {
    return directory.resolve("issued-" + holder.name().replaceAll("[^A-Za-z0-9]", "-") + ".pem");
  }

  /**
   * What was issued to this holder before, while it holds for longer than {@code spare}; else a new
   * key and certificate, kept in the authority's directory (0600) for the next start, which then
   * need not wait for them.
   *
   * @throws Problem when it cannot be kept
   */
  public Identity issued(Holder holder, Duration life, Duration spare, Instant now) {
    Path file = kept(directory, holder);
    String subject = "certificate file " + file;
    try {
      if (Files.exists(file)) {
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        Identity before =
            new Identity(Pem.certificates(text, subject), Pem.privateKey(text, subject));
        if (serves(before.certificate(), holder, now, now.plus(spare))) {
          return before;
        }
      }
    } catch (IOException | Problem | IllegalArgumentException e) {
      LOG.log(Level.WARNING, subject + " is damaged, another one is issued: " + e.getMessage());
    }
    Identity next = issue(holder, life, now);
    try {
      write(file, Pem.text(next.key()) + Pem.text(next.certificate()), "rw-------");
      return next;
    } catch (IOException e) {
      throw new Problem(subject, "cannot be written (" + e + ")", "make it writable", e);
    }
  }

  private boolean serves(X509Certificate certificate, Holder holder, Instant now, Instant until) {
    byte[] names = Der.octets(alternatives(holder));
    byte[] signer = Der.octets(signer());
    return Arrays.equals(certificate.getExtensionValue(ALTERNATIVE_NAMES), names)
        && Arrays.equals(certificate.getExtensionValue(AUTHORITY_KEY), signer)
        && certificate.getNotAfter().toInstant().isAfter(until)
        && !certificate.getNotBefore().toInstant().isAfter(now);
  }

  private byte[] signer() {
    return Der.sequence(Der.implicit(0, keyId(root().getPublicKey())));
  }

  /** A new key with a certificate for it that holds for {@code life} from now on. */
  public Identity issue(Holder holder, Duration life, Instant now) {
    KeyPair pair = pair();
    List<byte[]> extensions = new ArrayList<>();
    extensions.add(extension(BASIC_CONSTRAINTS, true, Der.sequence()));
    // digitalSignature
    extensions.add(extension(KEY_USAGE, true, Der.flags(0x80, 7)));
    extensions.add(
        extension(
            EXTENDED_USAGE,
            false,
            Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"), Der.oid("1.3.6.1.5.5.7.3.2"))));
    extensions.add(extension(ALTERNATIVE_NAMES, false, alternatives(holder)));
    extensions.add(extension(SUBJECT_KEY, false, Der.octets(keyId(pair.getPublic()))));
    extensions.add(extension(AUTHORITY_KEY, false, signer()));
    X509Certificate certificate =
        sign(
            authority.key(),
            root().getSubjectX500Principal().getEncoded(),
            name(holder.name()),
            now.minus(SKEW),
            now.plus(life),
            pair.getPublic(),
            extensions);
    return new Identity(List.of(certificate), pair.getPrivate());
  }

  private static byte[] alternatives(Holder holder) {
    List<byte[]> names = new ArrayList<>();
    if (holder.uri() != null) {
      names.add(Der.implicit(6, holder.uri().getBytes(StandardCharsets.US_ASCII)));
    }
    for (String host : holder.hosts()) {
      names.add(Der.implicit(2, host.getBytes(StandardCharsets.US_ASCII)));
    }
    for (String address : holder.addresses()) {
      byte[] bytes = io.netty.util.NetUtil.createByteArrayFromIpAddressString(address);
      if (bytes == null) {
        throw new IllegalArgumentException(address + " is no IP address");
      }
      names.add(Der.implicit(7, bytes));
    }
    return Der.sequence(names.toArray(new byte[0][]));
  }

  private static X509Certificate root(KeyPair pair, String name, Instant now) {
    byte[] subject = name(name);
    return sign(
        pair.getPrivate(),
        subject,
        subject,
        now.minus(Duration.ofDays(1)),
        now.plus(ROOT_LIFE),
        pair.getPublic(),
        List.of(
            // It signs holders, and no other authority.
            extension(
                BASIC_CONSTRAINTS, true, Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
            // keyCertSign, cRLSign
            extension(KEY_USAGE, true, Der.flags(0x06, 1)),
            extension(SUBJECT_KEY, false, Der.octets(keyId(pair.getPublic())))));
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate sign(
      PrivateKey by,
      byte[] issuer,
      byte[] subject,
      Instant from,
      Instant until,
      PublicKey key,
      List<byte[]> extensions) {
    byte[] serial = new byte[16];
    RANDOM.nextBytes(serial);
    serial[0] = (byte) ((serial[0] & 0x7f) | 0x40);
    byte[] body =
        Der.sequence(
            Der.explicit(0, Der.integer(BigInteger.TWO)),
            Der.integer(new BigInteger(serial)),
            ECDSA_SHA256,
            issuer,
            Der.sequence(Der.time(from), Der.time(until)),
            subject,
            key.getEncoded(),
            Der.explicit(3, Der.sequence(extensions.toArray(new byte[0][]))));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(by);
      signature.update(body);
      byte[] whole = Der.sequence(body, ECDSA_SHA256, Der.bits(signature.sign()));
      return Pem.certificate(whole, "a certificate of our own");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    return critical
        ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
        : Der.sequence(Der.oid(oid), Der.octets(value));
  }

  private static byte[] name(String common) {
    return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.text(common))));
  }

  private static byte[] keyId(PublicKey key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return Arrays.copyOf(hash, 20);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "CertificateAuthority[" + root().getSubjectX500Principal().getName() + "]";
  }
}
