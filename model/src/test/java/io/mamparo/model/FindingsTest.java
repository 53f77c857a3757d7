package io.mamparo.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way to be wrong: {@code findings.txt} holds files and what is said about each. Blocks are
 * {@code === title}, the file, {@code =====}, the findings.
 */
class FindingsTest {
  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> everyMistake_hasItsWords() throws IOException {
    prepare();
    return Stream.of(StackFileTest.text("findings.txt").split("(?m)^=== "))
        .filter(block -> !block.isBlank() && !block.startsWith("#"))
        .map(block -> DynamicTest.dynamicTest(title(block), () -> check(block)));
  }

  private static String title(String block) {
    return block.substring(0, block.indexOf('\n'));
  }

  private void check(String block) {
    String[] parts = block.substring(block.indexOf('\n') + 1).split("(?m)^=====\n");
    assertEquals(
        parts.length < 2 ? "" : parts[1].strip(),
        findings(parts[0].getBytes(StandardCharsets.UTF_8)));
  }

  private void prepare() throws IOException {
    Files.writeString(directory.resolve("schema.sql"), "SELECT 1;");
    secret("good.secret", "x");
    Files.setPosixFilePermissions(
        secret("open.secret", "hunter2"), PosixFilePermissions.fromString("rw-r-----"));
    secret("zero.secret", "a\0b");
    secret("huge.secret", "x".repeat((64 << 10) + 1));
    Files.write(secret("binary.secret", ""), new byte[] {(byte) 0xff, (byte) 0xfe});
  }

  private Path secret(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private String findings(byte[] yaml) {
    return StackFile.parse("f", yaml, directory, Map.of("PASSWORD", "hunter2", "EMPTY", ""))
        .findings()
        .stream()
        .map(Finding::toString)
        .collect(Collectors.joining("\n"));
  }

  @Test
  void bytesThatAreNotUtf8_haveAPosition() {
    byte[] bytes = "stack: a\n# caf\u00e9".getBytes(StandardCharsets.ISO_8859_1);
    assertEquals("f:2:6: the file is not UTF-8 from here on", findings(bytes));
  }

  @Test
  void controlCharacters_haveAPosition() {
    assertEquals(
        "f:1:8: a character that is no text: U+0000",
        findings("stack: \0".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void hugeFiles_areRefused() {
    String yaml = "stack: s\n" + "# comment\n".repeat(110_000);
    assertEquals(
        "f:1:1: the file is larger than 1 MiB", findings(yaml.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void deepNesting_isRefused_howeverDeep() {
    for (int depth : new int[] {40, 400_000}) {
      String yaml = "stack: " + "[".repeat(depth);
      assertEquals(
          "f:1:40: nested more than 32 levels deep",
          findings(yaml.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void aliasesThatMultiply_areRefused() {
    StringBuilder yaml = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (char c = 'b'; c < 'k'; c++) {
      String previous = "*" + (char) (c - 1);
      yaml.append(c).append(": &").append(c).append(" [");
      yaml.append(String.join(", ", java.util.Collections.nCopies(10, previous))).append("]\n");
    }
    String found = findings(yaml.toString().getBytes(StandardCharsets.UTF_8));
    assertTrue(found.contains("more than 100000 values, with aliases written out"), found);
  }

  @Test
  void findings_areBounded() {
    String yaml =
        "stack: s\nservices:\n"
            + Stream.iterate(0, i -> i + 1)
                .limit(5000)
                .map(i -> "  S" + i + ": {rnu: [x]}\n")
                .collect(Collectors.joining());
    List<Finding> found = StackFile.parse("f", yaml, directory, Map.of()).findings();
    assertEquals(201, found.size());
    assertTrue(found.getLast().message().contains("more"), found.getLast().toString());
  }

  @Test
  void noSecret_isEverShown() {
    String yaml =
        """
        stack: "x ${PASSWORD}"
        databases:
          a: {url: "http://app:hunter2@h/d"}
          b: {url: "postgres://app:${PASSWORD}@h:port/d"}
          c: postgres://app:hunter2@h/d
          d: {url: {secret: open.secret}}
          e: {url: "postgres://app:%zz${PASSWORD}@h/d"}
          f: {url: "postgres://app:a@b:hunter2@h/d", schema: "nope ${PASSWORD}"}
        proxy: {listen: "${PASSWORD}", clients: "postgres://app:hunter2@h/d"}
        services:
          s:
            run: ["${PASSWORD}", {secret: good.secret}]
            timeout: ${PASSWORD}
            image: "${PASSWORD} !"
            endpoints: ["http://u:hunter2@h:80"]
            health: "${PASSWORD}"
            port: ${PASSWORD}
        """;
    List<Finding> found =
        StackFile.parse("f", yaml, directory, Map.of("PASSWORD", "hunter2")).findings();
    assertTrue(found.size() > 10, found.toString());
    found.forEach(
        finding -> assertFalse(finding.toString().contains("hunter2"), finding::toString));
    found.forEach(finding -> assertFalse(finding.text().contains("hunter2"), finding.text()));
  }
}
