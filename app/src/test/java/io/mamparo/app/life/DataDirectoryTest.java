package io.mamparo.app.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path temp;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void secondHolder_isRefusedWithARemedy() throws IOException {
    Path root = temp.resolve("data");
    try (DataDirectory first = DataDirectory.open(root)) {
      Problem problem = assertThrows(Problem.class, () -> DataDirectory.open(first.root()));
      assertTrue(problem.forUser().contains("mamparo down"), problem.forUser());
    }
    DataDirectory.open(root).close();
  }

  @Test
  void secrets_areMadeOnceAndForTheOwnerOnly() throws IOException {
    Path root = temp.resolve("data");
    try (DataDirectory data = DataDirectory.open(root)) {
      String secret = data.secret("cars.bookings", 24);
      assertEquals(32, secret.length());
      assertEquals(secret, data.secret("cars.bookings", 24));
      assertNotEquals(secret, data.secret("cars.other", 24));
      assertEquals("rwx------", mode(root));
      assertEquals("rwx------", mode(root.resolve("secrets")));
      assertEquals("rw-------", mode(root.resolve("secrets/cars.bookings")));
    }
  }

  @Test
  void unusablePlace_isAProblem() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    Problem problem = assertThrows(Problem.class, () -> DataDirectory.open(file.resolve("data")));
    assertTrue(problem.forUser().contains("--data"), problem.forUser());
  }
}
