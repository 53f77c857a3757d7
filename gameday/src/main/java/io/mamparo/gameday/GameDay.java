package io.mamparo.gameday;

import io.mamparo.gameday.file.GameDayFile;
import io.mamparo.kernel.Problem;
import io.mamparo.model.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An experiment as written down: steady load, faults in time order, and what should hold.
 *
 * @param file as the user named it
 * @param warmUp how long the load runs before time 0
 * @param duration from time 0 to the end of the load
 * @param seed of everything random in the load
 */
public record GameDay(
    String file,
    String name,
    String description,
    Duration warmUp,
    Duration duration,
    long seed,
    List<Preparation> preparations,
    List<LoadPlan> loads,
    List<Fault> faults,
    List<Expectation> expectations) {
  /** Longer than this, the loads' time line would lose its beginning. */
  public static final Duration LONGEST = Duration.ofMinutes(50);

  /** A file larger than this is not a game day. */
  private static final int LARGEST = 1 << 20;

  public GameDay {
    preparations = List.copyOf(preparations);
    loads = List.copyOf(loads);
    faults = List.copyOf(faults);
    expectations = List.copyOf(expectations);
  }

  /** A file is a game day or has findings. */
  public sealed interface Result {
    /**
     * The game day.
     *
     * @throws Problem that names every finding, one a line
     */
    GameDay orThrow();

    /** Empty when the file is good; otherwise in the order of the file. */
    List<Finding> findings();
  }

  /** The file is good. */
  public record Valid(GameDay gameDay) implements Result {
    @Override
    public GameDay orThrow() {
      return gameDay;
    }

    @Override
    public List<Finding> findings() {
      return List.of();
    }
  }

  /** The file is not. */
  public record Invalid(String file, List<Finding> findings) implements Result {
    public Invalid {
      findings = findings.stream().sorted().toList();
    }

    @Override
    public GameDay orThrow() {
      String lines = findings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
      throw new Problem(
          "game day " + file, "is not right:\n" + lines + "\n", "Correct it and run it again");
    }
  }

  /** Reads a file; whatever is wrong is a finding with its position. */
  public static Result parse(Path file) {
    String name = file.toString();
    try {
      if (Files.size(file) > LARGEST) {
        return invalid(name, "larger than 1 MiB");
      }
      return GameDayFile.parse(name, Files.readString(file));
    } catch (IOException e) {
      return invalid(name, Files.exists(file) ? "cannot be read" : "there is no such file");
    }
  }

  /** As {@link #parse(Path)}, of a text. */
  public static Result parse(String name, String text) {
    return GameDayFile.parse(name, text);
  }

  private static Invalid invalid(String name, String what) {
    return new Invalid(name, List.of(new Finding(name, 1, 1, "", what, null)));
  }
}
