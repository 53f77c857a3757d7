package io.mamparo.cli.pgbouncer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.kernel.Problem;
import io.mamparo.model.yaml.YamlError;
import io.mamparo.model.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * PgBouncer's configuration: a {@link Problem}, or a stack file that can at least be read. Run by
 * Jazzer in a directory of its own, where it writes its file.
 */
public final class ImportFuzz {
  private static final Path FILE = Path.of("pgbouncer.ini").toAbsolutePath();

  private ImportFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        """
        ;; comment
        [databases]
        a = host=b port=5432 dbname=c user=d password='e''f' pool_size=5
        * = host=g
        [users]
        h = pool_mode=session max_user_connections=3
        [pgbouncer]
        listen_port = 6432
        pool_mode = transaction
        max_client_conn = 100
        default_pool_size = 20
        auth_type = scram-sha-256
        auth_file = users.txt
        server_idle_timeout = 600
        """
            .getBytes(UTF_8),
        "[pgbouncer]\n%include other.ini\n".getBytes(UTF_8),
        "[databases]\n\"a\"\"b\" = host=/tmp user=c\n[peers]\n1 = host=d\n".getBytes(UTF_8));
  }

  /** One file. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Files.write(FILE, data);
    try {
      Conversion.Result result = Conversion.of(FILE, Conversion.Secrets.INLINE);
      YamlReader.read(result.yaml());
    } catch (Problem expected) {
      // The file is refused.
    } catch (YamlError e) {
      throw new AssertionError(e.toString(), e);
    }
  }
}
