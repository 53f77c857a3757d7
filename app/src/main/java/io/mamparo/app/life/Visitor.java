package io.mamparo.app.life;

import io.mamparo.load.Arrival;
import io.mamparo.load.HttpLoad;
import io.mamparo.load.HttpRequest;
import io.mamparo.load.Load;
import io.mamparo.load.LoadRun;
import io.mamparo.load.Pace;
import io.mamparo.load.Template;
import io.mamparo.model.Address;
import io.mamparo.model.VisitorSpec;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stack's own gentle traffic through the ingress, so that a stack nobody uses yet shows life.
 * Marked by a header, so that it can be told from real requests. Used by one thread at a time.
 */
final class Visitor implements AutoCloseable {
  private static final Map<String, String> MARK = Map.of("X-Mamparo-Visitor", "1");
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int IN_FLIGHT = 16;

  private @Nullable VisitorSpec visiting;
  private @Nullable Address where;
  private @Nullable LoadRun run;

  /** Visits as the stack says, or not at all; does nothing when it does so already. */
  void visit(VisitorSpec spec, Address ingress) {
    if (spec.equals(visiting) && ingress.equals(where)) {
      return;
    }
    close();
    visiting = spec;
    where = ingress;
    if (spec.isOn()) {
      run = Load.http(load(spec, ingress)).start();
    }
  }

  private static HttpLoad load(VisitorSpec spec, Address ingress) {
    List<HttpRequest> requests = new ArrayList<>();
    for (VisitorSpec.Visit visit : spec.requests()) {
      Map<String, String> headers = new HashMap<>(MARK);
      if (visit.body() != null) {
        headers.put("Content-Type", "application/json");
      }
      requests.add(
          new HttpRequest(
              visit.method() + " " + visit.path(),
              1,
              visit.method(),
              template(visit.path()),
              headers,
              visit.body() == null ? null : template(visit.body()),
              java.util.Set.of()));
    }
    return new HttpLoad(
        "visitor",
        new Pace(spec.rate().perSecond(), Pace.UNTIL_STOPPED, Arrival.POISSON, 1),
        URI.create("http://" + ingress),
        requests,
        PATIENCE,
        IN_FLIGHT,
        false);
  }

  /** The stack file's number of the round is the load's sequence, from 0 to 99 and again. */
  private static Template template(String text) {
    return new Template(text.replace("{n}", "{seq:100}"));
  }

  @Override
  public void close() {
    LoadRun running = run;
    run = null;
    visiting = null;
    if (running != null) {
      running.stop();
    }
  }
}
