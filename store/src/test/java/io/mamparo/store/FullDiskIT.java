package io.mamparo.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of a few megabytes of its own is filled; needs the right to mount (root). */
class FullDiskIT {
  @TempDir Path dir;

  @Test
  void aFullDisk_isAProblemAndLosesNothingAcknowledged() throws Exception {
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", dir.toString()) == 0,
        "mounting a small disk is not allowed here");
    try {
      byte[] value = new byte[64 << 10];
      new Random(5).nextBytes(value);
      int written = 0;
      try (Store store = Store.open(dir.resolve("state"), StoreOptions.DEFAULT)) {
        Table table = store.table("t");
        Problem problem = null;
        while (problem == null) {
          byte[] key = ByteBuffer.allocate(4).putInt(written).array();
          problem = tryPut(table, key, value);
          if (problem == null) {
            written++;
          }
        }
        assertTrue(problem.forUser().contains("no space is left"), problem.forUser());
        assertThrows(Problem.class, () -> table.put(new byte[] {1}, value, Durability.DISK));
        assertEquals(0, run("mount", "-o", "remount,size=64m", dir.toString()));
        Await.until(
            "writing goes on by itself",
            Duration.ofSeconds(30),
            () -> tryPut(table, new byte[] {2}, value) == null);
      }
      assertTrue(written > 10);
      try (Store store = Store.open(dir.resolve("state"), StoreOptions.DEFAULT)) {
        for (int i = 0; i < written; i++) {
          byte[] key = ByteBuffer.allocate(4).putInt(i).array();
          assertArrayEquals(value, store.table("t").get(key), "record " + i);
        }
        store.table("t").put(new byte[] {1}, value, Durability.DISK);
      }
    } finally {
      run("umount", dir.toString());
    }
  }

  private static @org.jspecify.annotations.Nullable Problem tryPut(
      Table table, byte[] key, byte[] value) {
    try {
      table.put(key, value, Durability.DISK);
      return null;
    } catch (Problem problem) {
      return problem;
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
