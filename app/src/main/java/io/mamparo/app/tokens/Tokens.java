package io.mamparo.app.tokens;

import io.mamparo.kernel.Clock;
import io.mamparo.mesh.TokenCheck;
import io.mamparo.model.MeshSpec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys of {@code mesh.jwt} fresh: read every five minutes, and sooner when a token names
 * a key that is not known, at most every ten seconds. While they cannot be read, those that were
 * read last hold. One virtual thread reads; the check is for the loops.
 */
public final class Tokens implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Tokens.class.getName());
  private static final long USUAL_SECONDS = 300;
  private static final long SOONEST_SECONDS = 10;
  private static final int LARGEST = 1 << 20;

  private final Semaphore wanted = new Semaphore(0);
  private final MeshSpec.Jwt spec;
  private final Thread reader;
  private final JwtCheck check;
  private volatile KeySet keys = new KeySet(List.of());

  /** Begins to read. */
  public Tokens(MeshSpec.Jwt spec, Clock clock) {
    this.spec = spec;
    check = new JwtCheck(spec.issuer(), spec.audience(), () -> keys, this::want, clock);
    reader = Thread.ofVirtual().name("token keys").start(this::run);
  }

  /** For the loops. */
  public TokenCheck check() {
    return check;
  }

  private void want() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  private void run() {
    String problem = "";
    try {
      while (true) {
        try {
          KeySet read = KeySet.parse(read());
          if (!read.equals(keys)) {
            keys = read;
            LOG.log(Level.INFO, "mesh.jwt: " + read.keys().size() + " keys");
          }
          problem = "";
        } catch (IOException e) {
          String now = String.valueOf(e.getMessage());
          if (!now.equals(problem)) {
            LOG.log(
                Level.WARNING,
                "mesh.jwt: the keys of "
                    + spec.jwks()
                    + " cannot be read ("
                    + now
                    + "); those that were read last hold");
          }
          problem = now;
        }
        TimeUnit.SECONDS.sleep(SOONEST_SECONDS);
        wanted.tryAcquire(USUAL_SECONDS - SOONEST_SECONDS, TimeUnit.SECONDS);
        wanted.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] read() throws IOException, InterruptedException {
    if (!spec.jwks().matches("https?://.*")) {
      return limited(Files.newInputStream(Path.of(spec.jwks())));
    }
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(spec.jwks())).timeout(Duration.ofSeconds(10)).build();
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      byte[] body = limited(response.body());
      if (response.statusCode() != 200) {
        throw new IOException("answered " + response.statusCode());
      }
      return body;
    }
  }

  private static byte[] limited(InputStream from) throws IOException {
    try (from) {
      byte[] bytes = from.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException("more than 1 MiB");
      }
      return bytes;
    }
  }

  /** The check of a stack, or null; the running one is kept when nothing changes. */
  public static @Nullable Tokens follow(
      @Nullable Tokens running, MeshSpec.@Nullable Jwt wanted, Clock clock) {
    if (running != null && running.spec.equals(wanted)) {
      return running;
    }
    if (running != null) {
      running.close();
    }
    return wanted == null ? null : new Tokens(wanted, clock);
  }

  @Override
  public void close() {
    reader.interrupt();
  }
}
