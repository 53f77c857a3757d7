package io.mamparo.model.yaml;

import io.mamparo.model.yaml.Node.Entry;
import io.mamparo.model.yaml.Node.Mapping;
import io.mamparo.model.yaml.Node.Sequence;
import io.mamparo.model.yaml.Node.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Text to tree; for one thread and one document.
 *
 * <p>Invariants: the tree is at most {@value #MAX_DEPTH} deep and has, with every alias written
 * out, at most {@value #MAX_NODES} nodes, so that a few lines cannot fill the memory; no mapping
 * has a key twice; whatever is wrong is a {@link YamlError} with a position.
 */
public final class YamlReader {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NODES = 100_000;

  private final Iterator<Event> events;
  private final Map<Anchor, Optional<Anchored>> anchors = new HashMap<>();
  private int nodes;

  /** A finished node and how many nodes it has, itself included. */
  private record Anchored(Node node, int size) {}

  private YamlReader(String text) {
    LoadSettings settings =
        LoadSettings.builder().setUseMarks(true).setCodePointLimit(YamlText.MAX_BYTES + 1).build();
    events = new Parse(settings).parseString(text).iterator();
  }

  /**
   * Reads the one document in {@code text}.
   *
   * @throws YamlError for the first thing that is not YAML or exceeds a limit
   */
  public static Node read(String text) throws YamlError {
    try {
      return new YamlReader(text).document();
    } catch (MarkedYamlEngineException e) {
      throw error(e.getProblemMark().or(e::getContextMark), explained(e));
    } catch (YamlEngineException e) {
      throw new YamlError(1, 1, "not YAML");
    }
  }

  private Node document() throws YamlError {
    events.next();
    Event start = events.next();
    if (start.getEventId() == Event.ID.StreamEnd) {
      throw new YamlError(1, 1, "the file is empty");
    }
    Node root = node(events.next(), 0);
    events.next();
    Event after = events.next();
    if (after.getEventId() != Event.ID.StreamEnd) {
      throw error(after.getStartMark(), "a second document; a stack file has one");
    }
    return root;
  }

  private Node node(Event event, int depth) throws YamlError {
    if (depth > MAX_DEPTH) {
      throw error(event.getStartMark(), "nested more than " + MAX_DEPTH + " levels deep");
    }
    count(event, 1);
    if (event instanceof AliasEvent alias) {
      return aliased(alias);
    }
    Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
    anchor.ifPresent(name -> anchors.put(name, Optional.empty()));
    int before = nodes;
    Node node = withoutAnchor(event, depth);
    int size = nodes - before + 1;
    anchor.ifPresent(name -> anchors.put(name, Optional.of(new Anchored(node, size))));
    return node;
  }

  private Node withoutAnchor(Event event, int depth) throws YamlError {
    if (event instanceof ScalarEvent scalar) {
      refuseTag(event, scalar.getTag());
      return text(scalar);
    }
    refuseTag(event, ((CollectionStartEvent) event).getTag());
    return event.getEventId() == Event.ID.SequenceStart
        ? sequence(event, depth)
        : mapping(event, depth);
  }

  private Sequence sequence(Event start, int depth) throws YamlError {
    List<Node> items = new ArrayList<>();
    for (Event next = events.next();
        next.getEventId() != Event.ID.SequenceEnd;
        next = events.next()) {
      items.add(node(next, depth + 1));
    }
    return new Sequence(items, line(start.getStartMark()), column(start.getStartMark()));
  }

  private Mapping mapping(Event start, int depth) throws YamlError {
    List<Entry> entries = new ArrayList<>();
    Map<String, Text> seen = new HashMap<>();
    for (Event next = events.next();
        next.getEventId() != Event.ID.MappingEnd;
        next = events.next()) {
      if (!(node(next, depth + 1) instanceof Text key)) {
        throw error(next.getStartMark(), "a key must be text, not a list or a mapping");
      }
      Text first = seen.putIfAbsent(key.text(), key);
      if (first != null) {
        throw error(
            next.getStartMark(),
            "duplicate key \"" + key.text() + "\"; it is on line " + first.line() + " already");
      }
      entries.add(new Entry(key, node(events.next(), depth + 1)));
    }
    return new Mapping(entries, line(start.getStartMark()), column(start.getStartMark()));
  }

  private static Text text(ScalarEvent scalar) {
    Text.Style style =
        switch (scalar.getScalarStyle()) {
          case PLAIN -> Text.Style.PLAIN;
          case SINGLE_QUOTED, DOUBLE_QUOTED -> Text.Style.QUOTED;
          case LITERAL, FOLDED, JSON_SCALAR_STYLE -> Text.Style.BLOCK;
        };
    Optional<Mark> mark = scalar.getStartMark();
    return new Text(scalar.getValue(), style, line(mark), column(mark));
  }

  private Node aliased(AliasEvent alias) throws YamlError {
    Optional<Anchored> anchored = anchors.get(alias.getAlias());
    if (anchored == null) {
      throw error(
          alias.getStartMark(), "an alias (*) without an anchor (&); quote it if it is a text");
    }
    if (anchored.isEmpty()) {
      throw error(alias.getStartMark(), "an alias (*) inside of what it stands for");
    }
    count(alias, anchored.get().size());
    return anchored.get().node();
  }

  private void count(Event event, int more) throws YamlError {
    nodes += more;
    if (nodes > MAX_NODES) {
      throw error(
          event.getStartMark(), "more than " + MAX_NODES + " values, with aliases written out");
    }
  }

  private static void refuseTag(Event event, Optional<String> tag) throws YamlError {
    if (tag.isPresent()) {
      throw error(event.getStartMark(), "tags (!) are not used in stack files");
    }
  }

  /** The engine's words are for those who know its grammar; the common mistakes get our own. */
  private static String explained(MarkedYamlEngineException e) {
    String problem = String.valueOf(e.getProblem());
    if (problem.contains("TAB")) {
      return "a tab; YAML is indented with spaces";
    }
    if (problem.contains("undefined alias")) {
      return "an alias (*) without an anchor (&); quote it if it is a text";
    }
    if (problem.contains("could not find expected ':'")) {
      return "expected ':' after a key";
    }
    if (problem.endsWith("but got {") || problem.endsWith("but got }")) {
      return problem + "; a value with a brace in it is quoted here";
    }
    return e.getContext() == null ? problem : problem + " " + e.getContext();
  }

  private static YamlError error(Optional<Mark> mark, String message) {
    return new YamlError(line(mark), column(mark), message);
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(Mark::getLine).orElse(0) + 1;
  }

  private static int column(Optional<Mark> mark) {
    return mark.map(Mark::getColumn).orElse(0) + 1;
  }
}
