package io.mamparo.wire.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** Certificates and private keys, as PEM and as DER: only a {@link Problem}. Run by Jazzer. */
public final class PemFuzz {
  private PemFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    String pem = new String(resource(), ISO_8859_1);
    String base64 = pem.substring(pem.indexOf("CERTIFICATE-----") + 16, pem.indexOf("-----END"));
    return List.of(pem.getBytes(ISO_8859_1), Base64.getMimeDecoder().decode(base64));
  }

  private static byte[] resource() {
    try (InputStream in = PemFuzz.class.getResourceAsStream("/io/mamparo/fuzz/certificate.pem")) {
      return Objects.requireNonNull(in).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One file. */
  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, ISO_8859_1);
    try {
      Pem.certificates(text, "certificate").forEach(PemFuzz::look);
    } catch (Problem expected) {
      // The file is refused.
    }
    try {
      look(Pem.certificate(data, "certificate"));
    } catch (Problem expected) {
      // The certificate is refused.
    }
    try {
      Pem.privateKey(text, "key");
    } catch (Problem expected) {
      // The file is refused.
    }
  }

  private static void look(X509Certificate certificate) {
    Identity.names(certificate);
    Identity.endPoint(certificate);
  }
}
