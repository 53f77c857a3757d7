package io.mamparo.gameday;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What can be broken, as the control API knows it. */
public enum FaultKind {
  KILL_REPLICA("kill-replica", false, "service replica?"),
  STOP_REPLICA("stop-replica", true, "service replica?"),
  SLOW_REPLICA("slow-replica", true, "service replica? delay"),
  KILL_DATABASE("kill-database", false, "database"),
  STOP_DATABASE("stop-database", true, "database"),
  SLOW_DATABASE("slow-database", true, "database delay"),
  DELAY("delay", true, "from? to delay percent?"),
  ABORT("abort", true, "from? to status? percent?"),
  EXHAUST_POOL("exhaust-pool", true, "service hold");

  private final String text;
  private final boolean lasts;
  private final String keys;

  FaultKind(String text, boolean lasts, String keys) {
    this.text = text;
    this.lasts = lasts;
    this.keys = keys;
  }

  /** Its name in files and in the control API. */
  public String text() {
    return text;
  }

  /** Whether it lasts until it is mended; a kill is over at once. */
  public boolean lasts() {
    return lasts;
  }

  /** Its parameters. */
  public List<String> keys() {
    return List.of(keys.replace("?", "").split(" "));
  }

  /** Those that must be there. */
  public List<String> required() {
    return Arrays.stream(keys.split(" ")).filter(key -> !key.endsWith("?")).toList();
  }

  /** The kind of that name. */
  public static Optional<FaultKind> of(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
  }
}
