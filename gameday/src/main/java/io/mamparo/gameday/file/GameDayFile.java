package io.mamparo.gameday.file;

import io.mamparo.gameday.Fault;
import io.mamparo.gameday.FaultKind;
import io.mamparo.gameday.GameDay;
import io.mamparo.gameday.LoadPlan;
import io.mamparo.gameday.Preparation;
import io.mamparo.model.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Text to {@link GameDay}, with every mistake and its position. One thread. */
public final class GameDayFile {
  private static final List<String> KEYS =
      List.of(
          "gameday",
          "description",
          "warm-up",
          "duration",
          "seed",
          "prepare",
          "load",
          "faults",
          "expect");

  /** For a duration that could not be read: everything else shall fit into it. */
  private static final Duration STAND_IN = GameDay.LONGEST.minusMinutes(1);

  private final String file;
  private final Findings findings;

  private GameDayFile(String file) {
    this.file = file;
    this.findings = new Findings(file);
  }

  /** Reads a game day; never throws for what is in the text. */
  public static GameDay.Result parse(String file, String text) {
    return new GameDayFile(file).parse(text);
  }

  private GameDay.Result parse(String text) {
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file).build();
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isEmpty()) {
        findings.at(1, 1, "the file is empty");
      } else {
        GameDay day = read(root.get());
        if (findings.all().isEmpty()) {
          return new GameDay.Valid(day);
        }
      }
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark();
      findings.at(
          mark.map(m -> m.getLine() + 1).orElse(1),
          mark.map(m -> m.getColumn() + 1).orElse(1),
          "not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      findings.at(1, 1, "not YAML: " + e.getMessage());
    }
    return new GameDay.Invalid(file, findings.all());
  }

  private GameDay read(Node root) {
    Section top = Section.of(root, "the game day", findings, KEYS);
    Duration warmUp = top.duration("warm-up", Duration.ofSeconds(5));
    Duration duration = top.required("duration", DurationText::parse, STAND_IN);
    if (warmUp.plus(duration).compareTo(GameDay.LONGEST) > 0) {
      top.report("duration", "a game day lasts at most 50m, with its warm-up");
    }
    List<LoadPlan> loads = loads(top);
    List<Fault> faults = faults(top, duration);
    return new GameDay(
        file,
        top.text("gameday"),
        top.text("description", ""),
        warmUp,
        duration,
        top.number("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE),
        preparations(top),
        loads,
        faults,
        new ExpectationReader(findings, duration, names(loads), faults).read(top));
  }

  private static List<String> names(List<LoadPlan> loads) {
    return loads.stream().map(LoadPlan::name).toList();
  }

  private List<Preparation> preparations(Section top) {
    List<Preparation> all = new ArrayList<>();
    LoadReader reader = new LoadReader(findings);
    for (Node node : top.items("prepare")) {
      Section section = Section.of(node, "prepare", findings, LoadReader.withTimes());
      int times = (int) section.number("times", 1, 1, 100_000);
      reader.request(section, "prepare").ifPresent(r -> all.add(new Preparation(r, times)));
    }
    return all;
  }

  private List<LoadPlan> loads(Section top) {
    List<LoadPlan> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    LoadReader reader = new LoadReader(findings);
    for (Node node : top.items("load")) {
      LoadPlan plan = reader.read(node);
      if (plan != null && !names.add(plan.name())) {
        findings.at(node, "there is a load " + plan.name() + " already");
      } else if (plan != null) {
        all.add(plan);
      }
    }
    if (!top.has("load") || (all.isEmpty() && findings.all().isEmpty())) {
      top.report("load", "a game day needs at least one load");
    }
    return all;
  }

  private List<Fault> faults(Section top, Duration end) {
    List<Fault> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Node node : top.items("faults")) {
      Fault fault = fault(node, end);
      if (fault != null && !names.add(fault.name())) {
        findings.at(
            node, "there is a fault " + fault.name() + " already; give this one another name");
      } else if (fault != null) {
        all.add(fault);
      }
    }
    return all;
  }

  private @Nullable Fault fault(Node node, Duration end) {
    List<String> kinds = Arrays.stream(FaultKind.values()).map(FaultKind::text).toList();
    List<String> known = new ArrayList<>(List.of("name", "at", "for"));
    known.addAll(kinds);
    Section section = Section.of(node, "a fault", findings, known);
    Duration at = section.duration("at");
    Duration lasting = section.durationOrNull("for");
    if (at.compareTo(end) >= 0) {
      section.report("at", "at is not before the end of the game day");
    }
    String chosen = section.oneOf(kinds);
    FaultKind kind = chosen == null ? null : FaultKind.of(chosen).orElse(null);
    if (kind == null) {
      return null;
    }
    if (lasting != null && !kind.lasts()) {
      section.report("for", kind.text() + " is over at once and takes no for");
    }
    return new Fault(
        section.text("name", kind.text()), at, lasting, kind, parameters(section, kind));
  }

  private Map<String, Object> parameters(Section fault, FaultKind kind) {
    Section section = fault.section(kind.text(), kind.keys());
    Map<String, Object> parameters = new LinkedHashMap<>();
    for (String key : kind.keys()) {
      boolean required = kind.required().contains(key);
      if (!required && !section.has(key)) {
        continue;
      }
      switch (key) {
        case "replica" -> parameters.put(key, (int) section.number(key, 0, 0, 9_999));
        case "status" -> parameters.put(key, (int) section.number(key, 503, 400, 599));
        case "delay", "hold" -> {
          section.duration(key);
          parameters.put(key, section.text(key, ""));
        }
        case "percent" -> {
          section.share(key);
          parameters.put(key, section.text(key));
        }
        default -> parameters.put(key, section.text(key));
      }
    }
    return parameters;
  }
}
