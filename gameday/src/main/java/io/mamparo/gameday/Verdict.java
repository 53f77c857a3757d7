package io.mamparo.gameday;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.gameday.report.HtmlReport;
import io.mamparo.gameday.report.JsonVerdict;
import io.mamparo.gameday.run.Event;
import io.mamparo.gameday.run.Evidence;
import io.mamparo.gameday.run.Judged;
import io.mamparo.load.LoadReport;
import java.util.List;

/**
 * How a game day went. A failed expectation is a result, not an error: whoever runs game days from
 * a script ends with a non-zero status unless {@link #passed}.
 *
 * @param startedEpochMs time 0
 */
public record Verdict(
    GameDay day,
    long startedEpochMs,
    Evidence evidence,
    List<Judged> judged,
    List<LoadReport> loads,
    List<Event> events) {
  public Verdict {
    judged = List.copyOf(judged);
    loads = List.copyOf(loads);
    events = List.copyOf(events);
  }

  /** Whether every expectation held. */
  public boolean passed() {
    return judged.stream().allMatch(Judged::held);
  }

  /** For programs. */
  public JsonNode json() {
    return JsonVerdict.of(this);
  }

  /** For people: one file without anything from elsewhere. */
  public String html() {
    return HtmlReport.of(this);
  }

  /** For a terminal: one line. */
  public String text() {
    long held = judged.stream().filter(Judged::held).count();
    return day.name()
        + ": "
        + (passed() ? "passed" : "FAILED")
        + ", "
        + held
        + " of "
        + judged.size()
        + " expectations held";
  }
}
