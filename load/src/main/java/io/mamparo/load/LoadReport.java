package io.mamparo.load;

import java.util.List;
import java.util.Map;

/**
 * What a load has seen.
 *
 * @param name the load's name
 * @param protocol {@code http} or {@code sql}
 * @param startedEpochMs when it began
 * @param seconds for how long requests were sent
 * @param intendedRate requests a second asked for
 * @param achievedRate requests a second that were sent
 * @param sent requests whose time came
 * @param ok successes
 * @param failed everything else that has ended: bad answers, errors, and requests for which there
 *     was no free slot in time
 * @param latencyMs from the intended start
 * @param statuses how many of each HTTP status or SQLSTATE ({@code ok} for statements that worked)
 * @param errors how many requests got no answer, by reason
 * @param connectionsOpened by the load
 * @param connectionsDropped by the peer while in use
 * @param requests the same by kind of request
 * @param timeline by second, the last hour of it
 */
public record LoadReport(
    String name,
    String protocol,
    long startedEpochMs,
    double seconds,
    double intendedRate,
    double achievedRate,
    long sent,
    long ok,
    long failed,
    Percentiles latencyMs,
    Map<String, Long> statuses,
    Map<String, Long> errors,
    long connectionsOpened,
    long connectionsDropped,
    List<OfKind> requests,
    List<Second> timeline) {
  public LoadReport {
    statuses = Map.copyOf(statuses);
    errors = Map.copyOf(errors);
    requests = List.copyOf(requests);
    timeline = List.copyOf(timeline);
  }

  /** The figures of one kind of request. */
  public record OfKind(String name, long ok, long failed, Percentiles latencyMs) {}

  /** The failed share of what has ended. */
  public double failureRatio() {
    return ok + failed == 0 ? 0 : (double) failed / (ok + failed);
  }
}
