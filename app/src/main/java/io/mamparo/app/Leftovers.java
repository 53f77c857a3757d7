package io.mamparo.app;

import io.mamparo.app.life.Launch;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a killed Mamparo left running. */
public final class Leftovers {
  private Leftovers() {}

  /**
   * Stops it, as far as it is ours.
   *
   * @return how many processes there were
   * @throws io.mamparo.kernel.Problem when a running Mamparo holds the directory
   */
  public static int stop(Path data) throws InterruptedException {
    return Files.isDirectory(data) ? Launch.stopLeftovers(data) : 0;
  }
}
