package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void everyStrictCase_passes(@TempDir Path in) throws Exception {
    try (InputStream archive = H2specIT.class.getResourceAsStream(ARCHIVE)) {
      Files.copy(Objects.requireNonNull(archive), in.resolve("h2spec.tar.gz"));
    }
    run(in, List.of("tar", "xzf", "h2spec.tar.gz"));
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      String port = Integer.toString(mesh.port());
      String out =
          run(in, List.of("./h2spec", "-h", "127.0.0.1", "-p", port, "--strict", "-o", "10"));
      Matcher totals =
          Pattern.compile("(\\d+) tests, (\\d+) passed, (\\d+) skipped, (\\d+) failed")
              .matcher(out);
      assertTrue(totals.find(), out);
      assertEquals("0", totals.group(4), out);
      assertEquals("0", totals.group(3), out);
      assertTrue(Integer.parseInt(totals.group(2)) >= 146, out);
    }
  }
}
