package io.mamparo.app;

import java.util.logging.LogManager;

/**
 * Keeps handlers open while Mamparo stops: the JDK's own shutdown hook would close them at the same
 * time as ours begins to stop the stack, and nothing of that would be in the log. Chosen by a
 * system property in the server's JVM options.
 */
public final class KeptLogManager extends LogManager {
  @Override
  public void reset() {}
}
