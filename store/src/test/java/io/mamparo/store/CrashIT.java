package io.mamparo.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another process writes and prints what was acknowledged, and is killed in the middle of it. */
class CrashIT {
  @TempDir Path dir;

  @Test
  void whatWasAcknowledged_isFoundAfterKill9() throws IOException, InterruptedException {
    long acknowledged = 0;
    for (int round = 0; round < 3; round++) {
      acknowledged = writeAndKill(2000 + 1700 * round);
      try (Store store = Store.open(dir, StoreOptions.DEFAULT)) {
        Table left = store.table("left");
        Table right = store.table("right");
        for (long i = 0; i <= acknowledged; i++) {
          assertArrayEquals(CrashWriter.value(i), left.get(CrashWriter.key(i)), "record " + i);
        }
        // Batches are whole: both tables hold the same records, acknowledged or not.
        List<Entry> inLeft = left.range(new byte[0], null, Integer.MAX_VALUE);
        List<Entry> inRight = right.range(new byte[0], null, Integer.MAX_VALUE);
        assertEquals(inLeft.size(), inRight.size());
        assertTrue(inLeft.size() > acknowledged);
      }
    }
  }

  private long writeAndKill(int afterLines) throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashWriter.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
      long last = -1;
      int seen = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = Long.parseLong(line);
        if (++seen == afterLines) {
          writer.toHandle().destroyForcibly(); // SIGKILL; what is still in the pipe counts too
        }
      }
      assertTrue(seen >= afterLines, "the writer ended by itself after " + seen);
      assertEquals(128 + 9, writer.waitFor());
      return last;
    } finally {
      writer.destroyForcibly();
    }
  }
}
