package io.mamparo.gameday.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.gameday.Verdict;
import io.mamparo.gameday.run.FaultRun;

/** A verdict as JSON. Times are seconds from {@code startedEpochMs}. No state. */
public final class JsonVerdict {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonVerdict() {}

  /** The object that is posted to the control API. */
  public static JsonNode of(Verdict verdict) {
    ObjectNode root = JSON.createObjectNode();
    root.put("name", verdict.day().name())
        .put("description", verdict.day().description())
        .put("file", verdict.day().file())
        .put("passed", verdict.passed())
        .put("startedEpochMs", verdict.startedEpochMs())
        .put("durationSeconds", verdict.evidence().seconds())
        .put("seed", verdict.day().seed())
        .put("expected", verdict.judged().size())
        .put("held", verdict.judged().stream().filter(j -> j.held()).count());
    root.set("expectations", JSON.valueToTree(verdict.judged()));
    ArrayNode faults = root.putArray("faults");
    for (FaultRun run : verdict.evidence().faults()) {
      faults
          .addObject()
          .put("name", run.fault().name())
          .put("kind", run.fault().kind().text())
          .put("target", run.fault().target())
          .put("begun", run.begun())
          .put("ended", run.ended());
    }
    root.set("breakers", JSON.valueToTree(verdict.evidence().breakers()));
    root.set("events", JSON.valueToTree(verdict.events()));
    root.put("warmUpSeconds", verdict.evidence().warmUpSeconds());
    root.set("loads", JSON.valueToTree(verdict.loads()));
    return root;
  }
}
