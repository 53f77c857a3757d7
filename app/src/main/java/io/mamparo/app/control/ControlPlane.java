package io.mamparo.app.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the control API shows and can have done. Called on virtual threads, several at a time. A
 * {@link io.mamparo.kernel.Problem} becomes 409 with its words.
 */
public interface ControlPlane {
  /** The form of {@code status --json}. */
  ObjectNode status();

  /** What the map shows. */
  ObjectNode overview();

  /** One service, or nothing when there is none of that name. */
  Optional<ObjectNode> service(String name, Duration window);

  /** One database, or nothing when there is none of that name. */
  Optional<ObjectNode> database(String name, Duration window);

  /** The database proxy: pools, who holds what, pins, statements. */
  ObjectNode proxy();

  /** All objectives. */
  ObjectNode slos();

  /** The objectives of one service. */
  Optional<ObjectNode> slo(String service);

  /** Traces that match; the parameters are those of the query string. */
  ObjectNode traces(Map<String, String> query);

  /** One trace with its spans. */
  Optional<ObjectNode> trace(String traceId);

  /** What {@code mamparo env} prints, for the database of that name; empty means the first. */
  ObjectNode env(String database);

  /** Prometheus text. */
  String metrics();

  /** Reports of game days. */
  GamedayReports gamedays();

  /** Applies a stack file and returns the changes in words, after they were carried out. */
  List<String> apply(StackFile file);

  /**
   * Carries out an administrator's order for a database, and tells what was done.
   *
   * @param order pause, resume, reconnect, kill, disable, enable or switchover
   * @param wait for transactions to end, where the order has to
   * @param to the address of a replica, for a switch-over; empty for the best one
   */
  ObjectNode order(String database, String order, Duration wait, Optional<String> to);

  /** Ends this process in order, shortly after the answer. */
  void stop();

  /** Starts a fault and returns its id. */
  String addFault(ObjectNode fault);

  /** Ends a fault; false when there is none of that id. */
  boolean removeFault(String id);

  /** Ends all faults. */
  void removeFaults();

  /**
   * Copies a log to {@code out}.
   *
   * @param name of a service or database, or {@code mamparo}
   * @param tail lines from the end
   * @param follow whether to go on until the reader goes away or this process ends
   * @return false when there is nothing of that name
   */
  boolean logs(String name, int tail, boolean follow, OutputStream out);

  /**
   * Writes requests as they end, a line each, until the reader goes away.
   *
   * @param wanted which; the parameters are those of the query string
   * @throws IOException when the reader has gone away
   */
  void tap(Map<String, String> wanted, OutputStream out) throws IOException;

  /** What logs there are. */
  List<String> logNames();

  /**
   * A stack file as it was read by whoever applies it.
   *
   * @param file its path, for messages
   * @param yaml its text
   * @param baseDir what its relative paths start from
   * @param environment values of the variables it refers to; secrets
   */
  record StackFile(String file, String yaml, String baseDir, Map<String, String> environment) {
    public StackFile {
      environment = Map.copyOf(environment);
    }

    @Override
    public String toString() {
      return "StackFile[" + file + "]";
    }
  }

  /** Reports of game days, kept in the data directory; the oldest go first. */
  interface GamedayReports {
    /** Brief, newest first. */
    JsonNode list();

    /** The verdict of one. */
    Optional<JsonNode> verdict(String id);

    /** The page of one. */
    Optional<byte[]> html(String id);

    /** Keeps one and returns its id. */
    String add(JsonNode verdict, String html);
  }
}
