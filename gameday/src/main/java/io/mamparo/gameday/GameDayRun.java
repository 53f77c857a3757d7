package io.mamparo.gameday;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.gameday.run.Conductor;
import io.mamparo.kernel.Problem;
import java.util.function.Consumer;

/**
 * Carries a game day out against a running stack: prepares, loads, breaks, mends, judges, and
 * leaves the report with the stack. Whatever happens, also on Ctrl-C, all faults are mended. Blocks
 * its thread; used once.
 */
public final class GameDayRun {
  private final GameDay day;
  private final ControlPoint control;
  private final Consumer<String> out;

  /**
   * Nothing happens yet.
   *
   * @param out takes the lines of the time line as they happen, from several threads
   */
  public GameDayRun(GameDay day, ControlPoint control, Consumer<String> out) {
    this.day = day;
    this.control = control;
    this.out = out;
  }

  /**
   * Carries it out.
   *
   * @throws Problem when it cannot be carried out: nobody answers, there is no such service to
   *     break
   */
  public Verdict run() throws InterruptedException {
    Thread cleanUp = new Thread(this::mend, "gameday-clean-up");
    Runtime.getRuntime().addShutdownHook(cleanUp);
    Verdict verdict;
    try {
      verdict = new Conductor(day, control, out).conduct();
    } finally {
      mend();
      try {
        Runtime.getRuntime().removeShutdownHook(cleanUp);
      } catch (IllegalStateException e) {
        // The process is ending, and the hook runs already.
      }
    }
    return keep(verdict);
  }

  private void mend() {
    try {
      control.endAll();
    } catch (Problem e) {
      out.accept("faults could not be ended: " + e.forUser());
    }
  }

  /** Leaves the report with the stack; a verdict that cannot be kept there is still a verdict. */
  private Verdict keep(Verdict verdict) {
    try {
      JsonNode json = verdict.json();
      String id = control.keep(json, verdict.html());
      out.accept("report: http://" + control.address() + "/v1/gamedays/" + id + "/report.html");
    } catch (Problem e) {
      out.accept("the report could not be kept: " + e.forUser());
    }
    return verdict;
  }
}
