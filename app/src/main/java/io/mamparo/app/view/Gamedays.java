package io.mamparo.app.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.control.ControlPlane.GamedayReports;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.FileTrouble;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reports of game days, two files each; at most {@value #MOST}, the oldest go first. Safe for use
 * by several threads.
 */
public final class Gamedays implements GamedayReports {
  /** Kept. */
  public static final int MOST = 100;

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final Clock clock;

  public Gamedays(Path directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  @Override
  public synchronized String add(JsonNode verdict, String html) {
    try {
      Files.createDirectories(directory);
      long nanos = clock.epochNanos();
      Instant now = Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
      String id = ID.format(now);
      while (Files.exists(file(id, ".json"))) {
        now = now.plusMillis(1);
        id = ID.format(now);
      }
      write(file(id, ".html"), html.getBytes(StandardCharsets.UTF_8));
      write(file(id, ".json"), JSON.writeValueAsBytes(verdict));
      List<String> all = ids();
      for (String old : all.subList(Math.min(MOST, all.size()), all.size())) {
        Files.deleteIfExists(file(old, ".json"));
        Files.deleteIfExists(file(old, ".html"));
      }
      return id;
    } catch (IOException e) {
      throw new Problem(
          "game day's report",
          "cannot be kept: " + FileTrouble.words(e),
          "look at the disk of " + directory,
          e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, bytes);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(String id, String suffix) {
    return directory.resolve(id + suffix);
  }

  /** Newest first. */
  private List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
        files.forEach(file -> ids.add(String.valueOf(file.getFileName()).replace(".json", "")));
      }
    }
    ids.sort(Comparator.reverseOrder());
    return ids;
  }

  @Override
  public synchronized JsonNode list() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode list = root.putArray("gamedays");
    try {
      for (String id : ids()) {
        ObjectNode brief = list.addObject().put("id", id);
        verdict(id).ifPresent(verdict -> copyBrief(verdict, brief));
      }
      return root;
    } catch (IOException e) {
      throw new Problem("game days", "cannot be listed", "look at " + directory, e);
    }
  }

  /** Everything that is short; what is long is in the verdict itself. */
  private static void copyBrief(JsonNode verdict, ObjectNode brief) {
    verdict
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isValueNode()) {
                brief.set(field.getKey(), field.getValue());
              }
            });
  }

  @Override
  public Optional<JsonNode> verdict(String id) {
    return bytes(id, ".json")
        .map(
            bytes -> {
              try {
                return JSON.readTree(bytes);
              } catch (IOException e) {
                throw new Problem("game day " + id, "its verdict is damaged", "run it again", e);
              }
            });
  }

  @Override
  public Optional<byte[]> html(String id) {
    return bytes(id, ".html");
  }

  private Optional<byte[]> bytes(String id, String suffix) {
    if (!id.matches("[0-9-]{1,30}")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readAllBytes(file(id, suffix)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new Problem("game day " + id, "cannot be read", "look at " + directory, e);
    }
  }
}
