package io.mamparo.wire.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import io.mamparo.testkit.NeedsProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates as the JDK and openssl see them. */
class CertificatesTest {
  private static final CertificateAuthority.Holder HOLDER =
      new CertificateAuthority.Holder(
          "orders",
          List.of("localhost", "*.orders.test"),
          List.of("127.0.0.1", "::1"),
          "spiffe://cars/service/orders");

  @TempDir Path directory;

  private CertificateAuthority authority() {
    return CertificateAuthority.open(directory.resolve("ca"), "Mamparo test", Instant.now());
  }

  @Test
  void authority_issuesWhatTheJdkValidates() throws Exception {
    CertificateAuthority authority = authority();
    Identity issued = authority.issue(HOLDER, Duration.ofHours(1), Instant.now());
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.root(), null)));
    parameters.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(issued.chain()), parameters);
    assertEquals(
        List.of("spiffe://cars/service/orders", "localhost", "*.orders.test", "orders"),
        Identity.names(issued.certificate()));
    assertTrue(issued.isFor("localhost"));
    assertTrue(issued.isFor("A.Orders.test"));
    assertFalse(issued.isFor("a.b.orders.test"));
    assertFalse(issued.isFor("orders.test"));
  }

  @Test
  void issued_isKeptUntilItEndsSoonOrIsForOthers() throws Exception {
    Instant now = Instant.now();
    Duration life = Duration.ofHours(24);
    Duration spare = Duration.ofHours(8);
    assertFalse(CertificateAuthority.keeps(directory.resolve("ca"), HOLDER));
    Identity first = authority().issued(HOLDER, life, spare, now);
    assertTrue(CertificateAuthority.keeps(directory.resolve("ca"), HOLDER));
    Path kept = directory.resolve("ca/issued-orders.pem");
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(kept));
    assertEquals(first, authority().issued(HOLDER, life, spare, now.plus(Duration.ofHours(15))));
    Identity renewed = authority().issued(HOLDER, life, spare, now.plus(Duration.ofHours(17)));
    assertNotEquals(first, renewed);
    CertificateAuthority.Holder moved =
        new CertificateAuthority.Holder(
            HOLDER.name(), List.of("elsewhere"), HOLDER.addresses(), HOLDER.uri());
    assertTrue(authority().issued(moved, life, spare, now).isFor("elsewhere"));
    Files.writeString(kept, "cut short");
    assertTrue(authority().issued(HOLDER, life, spare, now).isFor("localhost"));
    Files.delete(directory.resolve("ca/authority.pem"));
    CertificateAuthority other = authority();
    Identity anew = other.issued(HOLDER, life, spare, now);
    anew.certificate().verify(other.root().getPublicKey());
  }

  @Test
  @NeedsProgram("openssl")
  void authority_issuesWhatOpensslVerifies() throws Exception {
    CertificateAuthority authority = authority();
    Identity issued = authority.issue(HOLDER, Duration.ofHours(1), Instant.now());
    Path file = directory.resolve("leaf.crt");
    Files.writeString(file, Pem.text(issued.certificate()));
    String said =
        run(
            "openssl",
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-verify_ip",
            "::1",
            "-CAfile",
            authority.rootFile().toString(),
            file.toString());
    assertTrue(said.contains(": OK"), said);
  }

  @Test
  void authority_isTheSameTheNextTime_andItsKeyIsNobodyElsesToRead() throws Exception {
    CertificateAuthority first = authority();
    assertEquals(first.root(), authority().root());
    Path secret = directory.resolve("ca/authority.pem");
    assertEquals(
        PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(secret));
    assertFalse(Files.readString(first.rootFile()).contains("PRIVATE"));
    Files.delete(secret);
    assertNotEquals(first.root(), authority().root());
    assertEquals(Pem.text(authority().root()), Files.readString(first.rootFile()));
    Files.writeString(secret, "nonsense");
    assertThrows(Problem.class, this::authority);
  }

  @Test
  @NeedsProgram("openssl")
  void identity_isReadFromWhatOpensslWrites_inAllItsForms() throws Exception {
    Path certificate = directory.resolve("c.pem");
    Path key = directory.resolve("k.pem");
    for (String kind : List.of("rsa:2048", "ec", "ed25519")) {
      List<String> command =
          new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-newkey", kind));
      if (kind.equals("ec")) {
        command.addAll(List.of("-pkeyopt", "ec_paramgen_curve:P-384"));
      }
      command.addAll(
          List.of(
              "-subj",
              "/CN=a.test",
              "-days",
              "1",
              "-keyout",
              key.toString(),
              "-out",
              certificate.toString()));
      run(command.toArray(new String[0]));
      Identity read = Identity.read(certificate, key);
      assertEquals(List.of("a.test"), Identity.names(read.certificate()));
      if (!kind.equals("ed25519")) {
        String tool = kind.equals("ec") ? "ec" : "rsa";
        Path old = directory.resolve("old.pem");
        List<String> convert =
            new ArrayList<>(
                List.of("openssl", tool, "-in", key.toString(), "-out", old.toString()));
        if (tool.equals("rsa")) {
          convert.add("-traditional");
        }
        run(convert.toArray(new String[0]));
        assertTrue(Files.readString(old).contains(" PRIVATE KEY"), "the older form");
        assertEquals(read.certificate(), Identity.read(certificate, old).certificate());
      }
    }
  }

  @Test
  void identity_refusesAKeyOfAnotherCertificate_andNeverPrintsOne() throws Exception {
    CertificateAuthority authority = authority();
    Identity one = authority.issue(HOLDER, Duration.ofHours(1), Instant.now());
    Identity other = authority.issue(HOLDER, Duration.ofHours(1), Instant.now());
    Path certificate = Files.writeString(directory.resolve("c"), Pem.text(one.certificate()));
    Path key = Files.writeString(directory.resolve("k"), Pem.text(other.key()));
    Problem problem = assertThrows(Problem.class, () -> Identity.read(certificate, key));
    assertTrue(problem.forUser().contains("belongs to another certificate"));
    assertEquals("Identity[CN=orders]", one.toString());
    assertThrows(Problem.class, () -> Identity.read(key, key));
    assertThrows(Problem.class, () -> Identity.read(certificate, certificate));
    assertThrows(Problem.class, () -> Identity.read(directory.resolve("none"), key));
  }

  @Test
  void endPoint_isTheHashOfTheCertificate() throws Exception {
    Identity one = authority().issue(HOLDER, Duration.ofHours(1), Instant.now());
    assertArrayEquals(
        MessageDigest.getInstance("SHA-256").digest(one.certificate().getEncoded()),
        Identity.endPoint(one.certificate()));
  }

  @Test
  void files_areTakenWhenTheyChange_andABadOneKeepsTheOneBefore() throws Exception {
    CertificateAuthority authority = authority();
    Path certificate = directory.resolve("c.pem");
    Path key = directory.resolve("k.pem");
    List<Identity> taken = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    Identity first = write(authority, certificate, key);
    CertificateFiles<Identity> files =
        new CertificateFiles<>(
            List.of(certificate, key),
            () -> Identity.read(certificate, key),
            taken::add,
            complaints::add);
    files.begin();
    assertFalse(files.look(), "nothing has changed");
    Files.writeString(key, "half a ke");
    assertFalse(files.look());
    assertFalse(files.look());
    assertEquals(1, complaints.size(), "complained about once");
    assertTrue(String.valueOf(files.problem()).contains("stays in use"));
    Identity second = write(authority, certificate, key);
    assertTrue(files.look());
    assertEquals(
        List.of(first.certificate(), second.certificate()),
        taken.stream().map(Identity::certificate).toList());
    assertEquals(null, files.problem());
  }

  private static Identity write(CertificateAuthority authority, Path certificate, Path key)
      throws Exception {
    Identity identity = authority.issue(HOLDER, Duration.ofHours(1), Instant.now());
    Files.deleteIfExists(certificate);
    Files.deleteIfExists(key);
    Files.writeString(certificate, Pem.text(identity.certificate()));
    Files.writeString(key, Pem.text(identity.key()));
    return identity;
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    return said;
  }
}
