package io.mamparo.compute;

import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds what a former Mamparo left: replicas on record that still run are kept; everything else
 * that carries the stack's mark, such as a process that was started and not yet on record when
 * Mamparo was killed, is ended. Called before anything is started.
 */
final class Adoption {
  private static final Logger LOG = System.getLogger(Adoption.class.getName());

  private Adoption() {}

  /** Records of replicas that run; the others are forgotten. */
  static List<ProcessRecord> find(Services.Config config) {
    List<ProcessRecord> running = new ArrayList<>();
    for (ProcessRecord record : config.records().all()) {
      if (record.kind() != ProcessRecord.Kind.SERVICE) {
        continue;
      }
      if (alive(record)) {
        running.add(record);
      } else {
        config.records().remove(record.instance());
      }
    }
    sweep(config, running.stream().map(ProcessRecord::instance).collect(Collectors.toSet()));
    for (ProcessRecord record : running) {
      // A fault that a killed Mamparo could not clear.
      Faults.resume(
          Processes.family(
              record.pid(), record.startTicks(), ServiceWorkload.MARK, mark(config, record)));
    }
    return running;
  }

  /** Whether it is still the process it was. */
  static boolean alive(ProcessRecord record) {
    return record.bootId().equals(ProcFs.bootId())
        && ProcFs.alive(record.pid(), record.startTicks());
  }

  private static String mark(Services.Config config, ProcessRecord record) {
    return new ServiceWorkload.Identity(
            config.stack(), record.name(), record.replica(), record.instance(), record.revision())
        .mark();
  }

  /** Ends every process that carries the stack's mark and is not of one of these instances. */
  static void sweep(Services.Config config, Set<String> keep) {
    long own = ProcessHandle.current().pid();
    List<ProcFs.Stat> orphans =
        Processes.marked(ServiceWorkload.MARK, mark -> ours(mark, config.stack(), keep)).stream()
            .filter(process -> process.pid() != own)
            .toList();
    if (!orphans.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "ending {0} processes of this stack that nobody watches",
          Integer.toString(orphans.size()));
      Processes.signal(orphans, Signal.KILL);
    }
  }

  private static boolean ours(String mark, String stack, Set<String> keep) {
    String[] parts = mark.split("/");
    return parts.length == 4 && parts[0].equals(stack) && !keep.contains(parts[3]);
  }
}
