package io.mamparo.model;

import io.mamparo.kernel.Problem;
import io.mamparo.model.schema.Reading;
import io.mamparo.model.schema.StackSchema;
import io.mamparo.model.yaml.YamlError;
import io.mamparo.model.yaml.YamlReader;
import io.mamparo.model.yaml.YamlText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The stack file: text to {@link Stack}. Bad input of any kind is a list of findings, never an
 * exception. Stateless.
 */
public final class StackFile {
  private StackFile() {}

  /** What a file is: a stack, or wrong. */
  public sealed interface Result {
    /**
     * The stack.
     *
     * @throws Problem that names every finding, one a line
     */
    Stack orThrow();

    /** Empty when the file is good. */
    List<Finding> findings();
  }

  /** The file passes {@code check}. */
  public record Valid(Stack stack) implements Result {
    @Override
    public Stack orThrow() {
      return stack;
    }

    @Override
    public List<Finding> findings() {
      return List.of();
    }
  }

  /**
   * The file does not pass {@code check}.
   *
   * @param findings at least one, in the order of the file
   */
  public record Invalid(String file, List<Finding> findings) implements Result {
    public Invalid {
      findings = List.copyOf(findings);
    }

    @Override
    public Stack orThrow() {
      String lines = findings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
      throw new Problem(
          "stack file " + file,
          "is not right:\n" + lines + "\n",
          "Correct it; mamparo check shows the same list");
    }
  }

  /**
   * Reads a stack file. Relative paths in it are relative to its directory.
   *
   * @param environment for {@code ${NAME}}
   */
  public static Result read(Path file, Map<String, String> environment) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(YamlText.MAX_BYTES + 1);
      Path directory = file.toAbsolutePath().normalize().getParent();
      return parse(file.toString(), bytes, directory, environment);
    } catch (IOException e) {
      return invalid(file.toString(), 1, 1, unreadable(file));
    }
  }

  private static String unreadable(Path file) {
    if (!Files.exists(file)) {
      return "there is no such file";
    }
    return Files.isDirectory(file) ? "is a directory" : "the file cannot be read";
  }

  /**
   * Reads the text of a stack file.
   *
   * @param name of the file, for findings
   * @param directory what relative paths are relative to; absolute
   * @param environment for {@code ${NAME}}
   */
  public static Result parse(
      String name, String text, Path directory, Map<String, String> environment) {
    return parse(name, text.getBytes(StandardCharsets.UTF_8), directory, environment);
  }

  /** As {@link #parse(String, String, Path, Map)}, of bytes that should be UTF-8. */
  public static Result parse(
      String name, byte[] bytes, @Nullable Path directory, Map<String, String> environment) {
    Path base = directory == null ? Path.of("/") : directory;
    Reading reading = new Reading(name, base, environment);
    try {
      Stack stack = StackSchema.read(YamlReader.read(YamlText.decode(bytes)), reading);
      return stack != null ? new Valid(stack) : new Invalid(name, reading.findings());
    } catch (YamlError e) {
      return invalid(name, e.line(), e.column(), e.getMessage());
    }
  }

  private static Result invalid(String name, int line, int column, String message) {
    return new Invalid(name, List.of(new Finding(name, line, column, "", message, null)));
  }
}
