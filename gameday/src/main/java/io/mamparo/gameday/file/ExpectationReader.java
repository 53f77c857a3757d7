package io.mamparo.gameday.file;

import io.mamparo.gameday.Expectation;
import io.mamparo.gameday.Fault;
import io.mamparo.gameday.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads what is expected of a game day; names of loads and faults must exist. One thread. */
final class ExpectationReader {
  private static final List<String> KINDS =
      List.of(
          "failures",
          "latency",
          "latency-back",
          "unmoved",
          "connections-kept",
          "success-again",
          "ready",
          "breaker",
          "budget");
  private static final List<String> STATES = List.of("open", "half-open", "closed");

  private final Findings findings;
  private final Duration end;
  private final List<String> loads;
  private final List<Fault> faults;

  ExpectationReader(Findings findings, Duration end, List<String> loads, List<Fault> faults) {
    this.findings = findings;
    this.end = end;
    this.loads = loads;
    this.faults = faults;
  }

  List<Expectation> read(Section top) {
    List<Expectation> all = new ArrayList<>();
    for (Node node : top.items("expect")) {
      Section item = Section.of(node, "an expectation", findings, KINDS);
      String kind = item.oneOf(KINDS);
      Expectation expectation = kind == null ? null : read(item, kind);
      if (expectation != null) {
        all.add(expectation);
      }
    }
    if (top.items("expect").isEmpty()) {
      top.report("expect", "a game day without expectations proves nothing");
    }
    return all;
  }

  private @Nullable Expectation read(Section item, String kind) {
    return switch (kind) {
      case "failures" -> {
        Section s = item.section(kind, List.of("load", "at-most", "from", "to"));
        yield new Expectation.Failures(load(s), s.share("at-most"), window(s));
      }
      case "latency" -> {
        Section s = item.section(kind, List.of("load", "percentile", "at-most", "from", "to"));
        yield new Expectation.Latency(load(s), percentile(s), s.duration("at-most"), window(s));
      }
      case "latency-back" -> {
        Section s = item.section(kind, List.of("load", "percentile", "at-most", "within", "after"));
        yield new Expectation.LatencyBack(
            load(s), percentile(s), s.duration("at-most"), within(s), fault(s));
      }
      case "unmoved" -> unmoved(item, kind);
      case "connections-kept" ->
          new Expectation.ConnectionsKept(load(item.section(kind, List.of("load"))));
      case "success-again" -> {
        Section s = item.section(kind, List.of("load", "database", "within", "after"));
        yield new Expectation.SuccessAgain(
            load(s), s.text("database"), s.duration("within"), fault(s));
      }
      case "ready" -> {
        Section s = item.section(kind, List.of("service", "within", "after"));
        yield new Expectation.Ready(s.text("service"), within(s), fault(s));
      }
      case "breaker" -> breaker(item, kind);
      case "budget" -> {
        Section s = item.section(kind, List.of("service", "spends-at-least"));
        yield new Expectation.Budget(s.text("service"), s.share("spends-at-least", 0.0001));
      }
      default -> null;
    };
  }

  private Expectation unmoved(Section item, String kind) {
    Section s =
        item.section(
            kind,
            List.of(
                "load", "percentile", "by-less-than", "floor", "from", "to", "baseline", "while"));
    List<Window> during = s.has("while") ? whileFaults(s) : List.of(window(s));
    List<Window> calm =
        s.has("while")
            ? Window.between(during, end)
            : List.of(window(s.section("baseline", List.of("from", "to"))));
    if (calm.isEmpty()) {
      s.report("while", "these faults last all the game day; there is no calm to compare with");
    }
    return new Expectation.Unmoved(
        load(s),
        percentile(s),
        s.share("by-less-than"),
        s.duration("floor", Duration.ZERO),
        during,
        calm);
  }

  /** The windows of the faults that are named; what is between them is the calm. */
  private List<Window> whileFaults(Section s) {
    for (String key : List.of("from", "to", "baseline")) {
      if (s.has(key)) {
        s.report(key, "while says it already: the faults' own times, against those between them");
      }
    }
    List<Window> windows = new ArrayList<>();
    for (String name : s.texts("while")) {
      known(s, "while", "fault", name, names(faults));
      for (Fault fault : faults) {
        if (fault.name().equals(name) && fault.at().compareTo(fault.until(end)) < 0) {
          windows.add(new Window(fault.at(), fault.until(end)));
        }
      }
    }
    if (s.texts("while").isEmpty()) {
      s.report("while", "while takes a list of faults");
    }
    return windows;
  }

  private Expectation breaker(Section item, String kind) {
    Section s = item.section(kind, List.of("from", "to", "goes-through"));
    List<String> states = s.texts("goes-through");
    if (states.isEmpty() || !STATES.containsAll(states)) {
      s.report("goes-through", "goes-through takes a list of open, half-open and closed");
    }
    return new Expectation.Breaker(s.text("from"), s.text("to"), states);
  }

  private String load(Section s) {
    return known(s, "load", "load", s.text("load"), loads);
  }

  private String fault(Section s) {
    return known(s, "after", "fault", s.text("after"), names(faults));
  }

  private static List<String> names(List<Fault> faults) {
    return faults.stream().map(Fault::name).toList();
  }

  private String known(Section s, String key, String what, String name, Collection<String> names) {
    if (s.has(key) && !names.contains(name)) {
      findings.unknown(s.at(key), "there is no " + what + " \"" + name + "\"", name, names);
    }
    return name;
  }

  /** How long after a fault; there must be something left to look at. */
  private Duration within(Section s) {
    Duration within = s.duration("within");
    String after = s.text("after", "");
    for (Fault fault : faults) {
      if (fault.name().equals(after) && fault.at().plus(within).compareTo(end) >= 0) {
        s.report("within", "within reaches beyond the end of the game day");
      }
    }
    return within;
  }

  private Window window(Section s) {
    Duration from = s.duration("from", Duration.ZERO);
    Duration to = s.duration("to", end);
    if (to.compareTo(end) > 0) {
      s.report("to", "to is after the end of the game day");
    }
    if (from.compareTo(to) >= 0) {
      s.report("from", "from is not before to");
      return new Window(Duration.ZERO, end.isZero() ? Duration.ofSeconds(1) : end);
    }
    return new Window(from, to);
  }

  private static double percentile(Section s) {
    return s.optional(
        "percentile",
        text -> {
          if (!text.matches("p\\d{1,2}(\\.\\d{1,3})?")) {
            throw new IllegalArgumentException("expected a percentile such as p99 or p99.9");
          }
          return Double.parseDouble(text.substring(1));
        },
        99.0);
  }
}
