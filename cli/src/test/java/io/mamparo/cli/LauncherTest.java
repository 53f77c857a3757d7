package io.mamparo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher's search for a JDK, among JDKs that are only a release file and empty programs. */
class LauncherTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path temp;
  private final Map<String, String> environment = new TreeMap<>();

  @BeforeEach
  void noJdkAnywhere() {
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("HOME", temp.toString());
    environment.put("MAMPARO_JDK_PLACES", temp + "/jvm/*");
  }

  private Path jdk(String name, String version, boolean compiler) throws IOException {
    Path home = temp.resolve("jvm").resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    program(home.resolve("bin/java"));
    if (compiler) {
      program(home.resolve("bin/javac"));
    }
    return home;
  }

  private static void program(Path file) throws IOException {
    Files.writeString(file, "#!/bin/sh\nexit 0\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  /** Runs the launcher's own search and prints what it found. */
  private String find() throws IOException, InterruptedException {
    String script =
        "MIN=25; . '" + ROOT + "/bin/jdk.sh'; if find_jdk; then echo \"$JDK\"; else no_jdk; fi";
    return run("bash", "-c", script);
  }

  private String run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return out.strip();
  }

  @Test
  void amongSeveral_theFirstNewEnoughOneIsTaken() throws Exception {
    jdk("a-17", "17.0.9", true);
    jdk("b-jre-25", "25.0.1", false);
    Path fits = jdk("c-25", "25.0.3", true);
    jdk("d-26", "26", true);
    assertEquals(fits.toString(), find());
  }

  @Test
  void versionsWithoutDots_andEarlyAccess_areRead() throws Exception {
    Path fits = jdk("ea", "26-ea", true);
    assertEquals(fits.toString(), find());
  }

  @Test
  void javaHome_comesFirst() throws Exception {
    jdk("a-25", "25", true);
    Path chosen = jdk("z-25", "25.0.2", true);
    environment.put("JAVA_HOME", chosen.toString());
    assertEquals(chosen.toString(), find());
  }

  @Test
  void oldJavaHome_isPassedOver() throws Exception {
    Path fits = jdk("a-25", "25", true);
    environment.put("JAVA_HOME", jdk("b-17", "17.0.1", true).toString());
    assertEquals(fits.toString(), find());
  }

  @Test
  void javaOnThePath_isFollowedThroughLinks() throws Exception {
    Path real = jdk("elsewhere", "25.0.1", true);
    Path bin = Files.createDirectory(temp.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("java"), real.resolve("bin/java"));
    environment.put("PATH", bin + ":/usr/bin:/bin");
    environment.put("MAMPARO_JDK_PLACES", "");
    assertEquals(real.toString(), find());
  }

  @Test
  void none_saysWhatWasFoundAndWhatToInstall() throws Exception {
    jdk("a-17", "17.0.9", true);
    String words = find();
    assertTrue(words.startsWith("mamparo: no JDK 25 or newer was found"), words);
    assertTrue(words.contains("a-17 is version 17"), words);
    assertTrue(words.contains("JAVA_HOME"), words);
    assertTrue(words.contains("adoptium"), words);
  }

  @Test
  void brokenReleaseFile_isPassedOver() throws Exception {
    Path broken = jdk("a", "25", true);
    Files.writeString(broken.resolve("release"), "JAVA_VERSION=\"twenty\"\n");
    Path fits = jdk("b", "25", true);
    assertEquals(fits.toString(), find());
  }

  @Test
  void launcher_withoutAJdk_failsWithTheWords() throws Exception {
    environment.put("MAMPARO_JDK_PLACES", "");
    environment.put("PATH", pathWithoutJava());
    ProcessBuilder builder = new ProcessBuilder("bash", ROOT + "/mamparo", "status");
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(1, process.exitValue(), out);
    assertTrue(out.startsWith("mamparo: no JDK 25"), out);
  }

  /** Links to the few programs that the launcher needs. */
  private String pathWithoutJava() throws IOException {
    Path bin = Files.createDirectories(temp.resolve("few"));
    for (String program : new String[] {"bash", "dirname", "readlink", "find"}) {
      for (String place : new String[] {"/usr/bin/", "/bin/"}) {
        Path from = Path.of(place + program);
        if (Files.exists(from) && !Files.exists(bin.resolve(program))) {
          Files.createSymbolicLink(bin.resolve(program), from);
        }
      }
    }
    return bin.toString();
  }
}
