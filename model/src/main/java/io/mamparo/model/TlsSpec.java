package io.mamparo.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a listener encrypts connections.
 *
 * @param certificates that it shows, the first to clients that name no host; empty means one of the
 *     stack's own authority
 * @param plain what happens to connections that are not encrypted
 * @param clients what is asked of clients
 */
public record TlsSpec(List<Files> certificates, Plain plain, Clients clients) {
  /** The stack's own certificate; plain connections and clients without certificates are fine. */
  public static final TlsSpec OWN =
      new TlsSpec(List.of(), Plain.ALLOW, new Clients(null, Certificates.OPTIONAL, Map.of()));

  public TlsSpec {
    certificates = List.copyOf(certificates);
  }

  /** What happens to plain connections. */
  public enum Plain {
    ALLOW,
    REFUSE
  }

  /** Whether clients must show a certificate. */
  public enum Certificates {
    OPTIONAL,
    REQUIRED
  }

  /**
   * PEM files; absolute.
   *
   * @param certificate the own certificate first, then those that lead towards a root
   * @param key absent means that it is in the same file
   */
  public record Files(Path certificate, @Nullable Path key) {
    /** Where the private key is. */
    public Path keyFile() {
      return key == null ? certificate : key;
    }
  }

  /**
   * Certificates of clients.
   *
   * @param ca who may vouch for them; absent means the stack's own authority
   * @param certificates whether they are needed
   * @param logins by a certificate's name: the users it stands for without a password
   */
  public record Clients(
      @Nullable Path ca, Certificates certificates, Map<String, Set<String>> logins) {
    public Clients {
      logins = Map.copyOf(logins);
    }
  }
}
