package io.mamparo.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.kernel.FileTrouble;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;

/**
 * {@code control.json} in the data directory: how to reach the process that runs the stack. Mode
 * 0600, because of the token. Immutable.
 *
 * @param pid of that process
 * @param address of the control API, {@code host:port}
 * @param token that writing needs
 */
public record ControlFile(long pid, String address, String token) {
  private static final String NAME = "control.json";

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "ControlFile[" + pid + ", " + address + "]";
  }

  /**
   * Whether the process runs; one that has ended and waits for its parent to hear of it does not.
   */
  public boolean alive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !zombie();
  }

  /** See proc(5): the state follows the name, which is in parentheses. */
  private boolean zombie() {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return false; // without such a file nobody knows
    }
  }

  /**
   * Reads it; nothing when there is none.
   *
   * @throws Problem when it cannot be read
   */
  public static Optional<ControlFile> read(Path data) {
    Path file = data.resolve(NAME);
    try {
      JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(file));
      return Optional.of(
          new ControlFile(
              json.path("pid").asLong(),
              json.path("address").asText(),
              json.path("token").asText()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new Problem(
          file.toString(),
          "cannot be read: " + FileTrouble.words(e),
          "run this as the user who runs the stack",
          e);
    }
  }

  /** Writes it, whole or not at all. */
  public void write(Path data) throws IOException {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("pid", pid).put("address", address).put("token", token);
    Path next = data.resolve(NAME + ".next");
    Files.deleteIfExists(next);
    try (var channel =
        Files.newByteChannel(
            next,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(
          java.nio.ByteBuffer.wrap(
              (json.toString() + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    Files.move(next, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes it. */
  public static void remove(Path data) throws IOException {
    Files.deleteIfExists(data.resolve(NAME));
  }
}
