package io.mamparo.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One target fuzzed for a while, by Jazzer in a process of its own: its JUnit integration wants an
 * older JUnit than ours, and what it instruments should not be what other tests run on.
 *
 * @param target what is fuzzed
 * @param directory where it works, and leaves its log and what it found
 * @param corpus inputs that found something new; kept from run to run if the caller keeps it
 */
record JazzerRun(Target target, Path directory, Path corpus) {
  /** One input must not take longer, in seconds; a tenth would be bad enough on an event loop. */
  private static final int SLOWEST = 10;

  private static final int LARGEST = 4_096;

  /** Instrumenting itself takes a while before the first input. */
  private static final int START_SECONDS = 60;

  /**
   * Fuzzes.
   *
   * @param seed of the mutations
   * @return what was found, with the input in hexadecimal and as text; empty when nothing was
   */
  String fuzz(int seconds, int seed) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Files.createDirectories(corpus);
    List<byte[]> seeds = target.seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed-" + i), seeds.get(i));
    }
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(command(seconds, seed))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!process.waitFor(seconds + SLOWEST + START_SECONDS, TimeUnit.SECONDS)) {
        return "Jazzer did not end.\n" + text(log);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    String inputs = inputs();
    return process.exitValue() == 0 && inputs.isEmpty() ? "" : inputs + text(log);
  }

  private List<String> command(int seconds, int seed) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+EnableDynamicAgentLoading",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + target.type().getName(),
            "--instrumentation_includes=io.mamparo.**",
            "--custom_hook_includes=io.mamparo.**",
            // %include of PgBouncer's configuration is meant to name any file.
            "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.FilePathTraversal",
            "--keep_going=1",
            "--reproducer_path=" + directory,
            "-artifact_prefix=" + directory + "/",
            "-max_total_time=" + seconds,
            "-timeout=" + SLOWEST,
            "-max_len=" + LARGEST,
            "-print_final_stats=1",
            "-seed=" + seed,
            corpus.toString()));
    return command;
  }

  private String inputs() throws IOException {
    StringBuilder words = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith("crash-") || name.startsWith("timeout-") || name.startsWith("oom-")) {
          byte[] bytes = Files.readAllBytes(file);
          words.append(target.word()).append(" fails on the ").append(bytes.length);
          words.append(" bytes ").append(HexFormat.of().formatHex(bytes)).append("\nas text: ");
          words.append(new String(bytes, StandardCharsets.UTF_8)).append('\n');
        }
      }
    }
    return words.toString();
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
