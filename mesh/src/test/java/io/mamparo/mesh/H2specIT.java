package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import io.mamparo.wire.tls.CertificateAuthority;
import io.mamparo.wire.tls.ServerTls;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite h2spec, with every case that RFC 9113 makes a must or a should. */
class H2specIT {
  private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";

  private static String run(Path in, List<String> command) throws Exception {
    Path output = in.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), command + " does not end");
      return Files.readString(output);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  @NeedsProgram("tar")
  void everyStrictCase_passes_inClearTextAndEncrypted(@TempDir Path in) throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.open(in.resolve("ca"), "Mamparo test", Instant.now());
    try (InputStream archive = H2specIT.class.getResourceAsStream(ARCHIVE)) {
      Files.copy(Objects.requireNonNull(archive), in.resolve("h2spec.tar.gz"));
    }
    run(in, List.of("tar", "xzf", "h2spec.tar.gz"));
    try (TestServer server = TestServer.saying("hello");
        ServerTls tls =
            new ServerTls(new ServerTls.Settings(List.of("h2", "http/1.1"), true, List.of()))) {
      tls.show(
          List.of(
              authority.issue(
                  new CertificateAuthority.Holder("m", List.of("localhost"), List.of(), null),
                  Duration.ofHours(1),
                  Instant.now())));
      MeshConfig plain = TestMesh.config(TestMesh.service("cars", server));
      MeshConfig.Listener both =
          new MeshConfig.Listener(
              "ingress", TestMesh.anyPort(), new MeshConfig.Kind.Ingress(), tls, true);
      try (TestMesh mesh =
          new TestMesh(
              new MeshConfig(List.of(both), plain.services(), plain.routes(), plain.limits()))) {
        passes(in, mesh);
        passes(in, mesh, "-t", "-k");
      }
    }
  }

  private static void passes(Path in, TestMesh mesh, String... more) throws Exception {
    String port = Integer.toString(mesh.port());
    List<String> command =
        new ArrayList<>(List.of("./h2spec", "-h", "127.0.0.1", "-p", port, "--strict", "-o", "10"));
    command.addAll(List.of(more));
    String out = run(in, command);
    Matcher totals =
        Pattern.compile("(\\d+) tests, (\\d+) passed, (\\d+) skipped, (\\d+) failed").matcher(out);
    assertTrue(totals.find(), out);
    assertEquals("0", totals.group(4), out);
    assertEquals("0", totals.group(3), out);
    assertTrue(Integer.parseInt(totals.group(2)) >= 146, out);
  }
}
