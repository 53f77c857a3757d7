package io.mamparo.app.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.app.RotatingFile;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFileTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path directory;

  @Test
  void file_isMadeWithTheFirstLine_readableByItsOwnerOnly() throws IOException {
    Path path = directory.resolve("logs/a.log");
    try (LineFile<String> file = new LineFile<>("a", LineFile.at(path, 1000, 1), 10, l -> l)) {
      assertFalse(Files.exists(path), "nothing was written yet");
      assertTrue(file.offer("one\n"));
      Await.until("written", SOON, () -> Files.exists(path) && Files.size(path) == 4);
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @Test
  void close_writesWhatWaits() throws IOException {
    Path path = directory.resolve("b.log");
    LineFile<Integer> file =
        new LineFile<>("b", LineFile.at(path, 100_000, 1), 1000, i -> i + "\n");
    for (int i = 0; i < 1000; i++) {
      assertTrue(file.offer(i));
    }
    file.close();
    assertEquals(1000, Files.readAllLines(path).size());
  }

  @Test
  void oneTooMany_isNotTaken() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger begun = new AtomicInteger();
    LineFile<String> file =
        new LineFile<>(
            "c",
            LineFile.at(directory.resolve("c.log"), 1000, 1),
            2,
            line -> {
              begun.incrementAndGet();
              waitFor(go);
              return line;
            });
    assertTrue(file.offer("in hand\n"));
    Await.until("in hand", SOON, () -> begun.get() == 1);
    assertTrue(file.offer("first\n"));
    assertTrue(file.offer("second\n"));
    assertFalse(file.offer("third\n"), "no room");
    go.countDown();
    file.close();
    assertEquals("in hand\nfirst\nsecond\n", Files.readString(directory.resolve("c.log")));
  }

  @Test
  void trouble_losesWhatCameThenAndNothingLater() throws IOException {
    AtomicInteger opened = new AtomicInteger();
    Path path = directory.resolve("d.log");
    try (LineFile<String> file =
        new LineFile<>(
            "d",
            () -> {
              if (opened.incrementAndGet() == 1) {
                throw new IOException("no space left on device");
              }
              return new RotatingFile(path, 1000, 1);
            },
            10,
            l -> l)) {
      file.offer("lost\n");
      Await.until("tried", SOON, () -> opened.get() == 1);
      file.offer("kept\n");
    }
    assertEquals("kept\n", Files.readString(path));
  }

  private static void waitFor(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
