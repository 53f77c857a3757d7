package io.mamparo.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is logged stays logged. */
class RotatingFileTest {
  @Test
  void lineOfAnInterruptedThread_isWritten_andSoAreThoseAfterIt(@TempDir Path directory)
      throws IOException {
    Path path = directory.resolve("log");
    RotatingFile file = new RotatingFile(path, 1_000, 1);
    try {
      Thread.currentThread().interrupt();
      file.append("first\n".getBytes(UTF_8));
      assertTrue(Thread.interrupted(), "the interrupt is left to who waits for it");
      file.append("second\n".getBytes(UTF_8));
    } finally {
      file.close();
    }
    assertEquals(List.of("first", "second"), Files.readAllLines(path));
  }

  @Test
  void fullFile_isMoved_andWholeLinesStayTogether(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("log");
    RotatingFile file = new RotatingFile(path, 20, 1);
    try {
      for (int i = 0; i < 5; i++) {
        file.append(("line number " + i + "\n").getBytes(UTF_8));
      }
    } finally {
      file.close();
    }
    assertEquals(List.of("line number 4"), Files.readAllLines(path));
    assertEquals(List.of("line number 3"), Files.readAllLines(directory.resolve("log.1")));
  }
}
