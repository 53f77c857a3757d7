package io.mamparo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FileTroubleTest {
  @Test
  void words_nameTheFileAndNoClass() {
    assertEquals("permission is denied for /a", FileTrouble.words(new AccessDeniedException("/a")));
    assertEquals(
        "/a does not exist and cannot be made", FileTrouble.words(new NoSuchFileException("/a")));
    assertEquals(
        "/a is a file, not a directory", FileTrouble.words(new FileAlreadyExistsException("/a")));
    assertEquals(
        "read-only file system (/a)",
        FileTrouble.words(new FileSystemException("/a", null, "Read-only file system")));
    assertEquals(
        "no space left on device", FileTrouble.words(new IOException("No space left on device")));
    assertEquals("a line", FileTrouble.words(new IOException("A line\n and where it stands")));
    assertEquals("the disk refused it", FileTrouble.words(new IOException()));
  }
}
