package io.mamparo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees, word for word where it matters. */
class MainTest {
  private static final String GOOD =
      """
      stack: x
      services:
        a: {endpoints: ["http://127.0.0.1:8001"]}
      """;

  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = MainTest.class.getResourceAsStream(name)) {
      return in == null
          ? "there is no golden file " + name
          : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void help_isTheGoldenOne() throws IOException {
    assertEquals(0, shell.run("--help"));
    assertEquals(golden("help.txt"), shell.out());
    assertEquals("", shell.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up", "down", "status", "check", "import", "logs", "tap", "env", "db", "doctor", "load",
        "gameday"
      })
  void everyCommand_hasHelp(String command) {
    assertEquals(0, shell.run(command, "--help"));
    assertTrue(shell.out().startsWith("Usage: mamparo " + command), shell.out());
    assertFalse(shell.out().contains("null"), shell.out());
  }

  @Test
  void version_isTheBuilds() {
    assertEquals(0, shell.run("--version"));
    assertTrue(
        shell.out().matches("mamparo \\d+\\.\\d+\\.\\d+\\S* \\(Java \\d+\\)\n"), shell.out());
  }

  @Test
  void unknownCommand_namesTheNearest() {
    assertEquals(2, shell.run("gamedya"));
    assertEquals(
        "mamparo: unmatched argument at index 0: 'gamedya'\nDid you mean: mamparo gameday?\n",
        shell.err());
  }

  @Test
  void unknownOption_isAUsageError() {
    assertEquals(2, shell.run("up", "--detatch"));
    assertTrue(shell.err().startsWith("mamparo: unknown option: '--detatch'"), shell.err());
    assertTrue(shell.err().contains("--detach"), shell.err());
  }

  @Test
  void optionValueOfTheWrongKind_isAUsageError() {
    assertEquals(2, shell.run("up", "--port-offset", "many"));
    assertFalse(shell.err().contains("Exception"), shell.err());
  }

  @Test
  void check_goodFile_saysWhatIsInIt() throws IOException {
    Files.writeString(directory.resolve("mamparo.yaml"), GOOD);
    assertEquals(0, shell.run("check"));
    assertEquals(
        "mamparo.yaml: stack x is right (1 service, 0 databases, 0 routes)\n", shell.out());
  }

  @Test
  void check_badFile_namesEveryErrorWithItsPlace() throws IOException {
    Files.writeString(
        directory.resolve("bad.yaml"),
        """
        stack: x
        servces: {}
        ingress: {listn: 8080}
        """);
    assertEquals(3, shell.run("check", "bad.yaml"));
    List<String> lines = shell.err().lines().toList();
    assertEquals(3, lines.size(), shell.err());
    assertTrue(lines.get(0).startsWith("bad.yaml:2:1: "), shell.err());
    assertTrue(lines.get(0).endsWith("did you mean \"services\"?"), shell.err());
    assertTrue(lines.get(1).startsWith("bad.yaml:3:11: "), shell.err());
    assertEquals("2 errors; nothing was started", lines.get(2));
  }

  @Test
  void up_badFile_startsNothing() throws IOException {
    Files.writeString(directory.resolve("mamparo.yaml"), "stack: x\nservices: {a: {}}\n");
    assertEquals(3, shell.run("up", "--detach"));
    assertFalse(Files.exists(directory.resolve(".mamparo")), "it made a data directory");
  }

  @Test
  void missingFile_isSaidInASentence() {
    assertEquals(1, shell.run("check", "none.yaml"));
    assertEquals(
        "mamparo: stack file "
            + directory.resolve("none.yaml")
            + ": there is no such file; name one: mamparo up FILE.\n",
        shell.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "env"})
  void nothingRuns_hasAStatusOfItsOwn(String command) {
    assertEquals(4, shell.run(command));
    assertEquals(
        "mamparo: nothing runs in "
            + directory.resolve(".mamparo")
            + ". Start it with mamparo up, or name another directory with --data.\n",
        shell.err());
  }

  @Test
  void deadProcessInControlFile_isNotRunning() throws IOException {
    Path data = Files.createDirectory(directory.resolve(".mamparo"));
    Files.writeString(
        data.resolve("control.json"),
        "{\"pid\": 999999999, \"address\": \"127.0.0.1:1\", \"token\": \"t\"}");
    assertEquals(4, shell.run("status"));
  }

  @Test
  void down_whereNothingRuns_isDone() {
    assertEquals(0, shell.run("down"));
    assertEquals("Nothing runs in " + directory.resolve(".mamparo") + ".\n", shell.out());
  }

  @Test
  void mamparoData_namesTheDirectory() {
    Shell other = new Shell(directory, Map.of("MAMPARO_DATA", "elsewhere"), false);
    other.run("status");
    assertTrue(other.err().contains(directory.resolve("elsewhere") + "."), other.err());
    other.run("status", "--data", "third");
    assertTrue(other.err().contains(directory.resolve("third") + "."), other.err());
  }

  @Test
  void colours_onlyWhereTheyAreWanted() throws IOException {
    Files.writeString(directory.resolve("mamparo.yaml"), "stak: x\n");
    shell.run("check");
    assertFalse(shell.err().contains("\u001b"), shell.err());
    Shell colourful = new Shell(directory, Map.of(), true);
    colourful.run("check");
    assertTrue(colourful.err().contains("\u001b[31m"), colourful.err());
  }

  @Test
  void unexpectedFailure_isOneSentenceAndAFile() throws IOException {
    Path data = Files.createDirectory(directory.resolve(".mamparo"));
    Files.createDirectory(data.resolve("control.json"));
    int status = shell.run("status");
    assertEquals(1, status);
    assertEquals(1, shell.err().lines().count(), shell.err());
    assertFalse(shell.err().contains("\tat "), shell.err());
  }

  @Test
  void gameday_badFile_namesItsErrors() throws IOException {
    Files.writeString(directory.resolve("g.yaml"), "nmae: x\n");
    assertEquals(3, shell.run("gameday", "g.yaml"));
    assertTrue(shell.err().contains("g.yaml:1:1"), shell.err());
  }

  @Test
  void load_badOptions_areSaidInASentence() {
    assertEquals(2, shell.run("load", "http://127.0.0.1:1/", "--rate", "fast"));
    assertTrue(
        shell.err().startsWith("mamparo: invalid value for option '--rate': 'fast': "),
        shell.err());
    assertEquals(2, shell.run("load"));
  }

  @Test
  void envQuoting_survivesAShell() {
    assertEquals("plain-1.2:3@x", EnvCommand.quoted("plain-1.2:3@x"));
    assertEquals("'a b'", EnvCommand.quoted("a b"));
    assertEquals("'it'\\''s $HOME'", EnvCommand.quoted("it's $HOME"));
    assertEquals("''", EnvCommand.quoted(""));
  }
}
