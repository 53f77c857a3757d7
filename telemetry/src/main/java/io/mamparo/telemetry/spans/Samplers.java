package io.mamparo.telemetry.spans;

import io.mamparo.telemetry.KeptBecause;
import io.mamparo.telemetry.Names;
import io.mamparo.telemetry.SamplingRule;
import io.mamparo.telemetry.SamplingState;
import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Scale;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The samplers of all entries, at most 256; entries beyond share one. The roll-up thread decides;
 * any thread sets rules and reads.
 */
public final class Samplers {
  private static final int MAX_ENTRIES = 256;

  private final Names names;
  private final Distribution scratch = new Distribution(Scale.FINE);
  private final Map<Integer, Sampler> byEntry = new ConcurrentSkipListMap<>();
  private final Map<String, SamplingRule> rules = new ConcurrentHashMap<>();
  private volatile SamplingRule usual;

  /** Samplers with this rule where no other is set. */
  public Samplers(Names names, SamplingRule usual) {
    this.names = names;
    this.usual = usual;
  }

  Sampler of(int entry) {
    Sampler known = byEntry.get(entry);
    if (known != null) {
      return known;
    }
    int bounded = byEntry.size() < MAX_ENTRIES ? entry : Names.OTHER;
    String name = bounded == Names.NONE ? "none" : names.text(bounded);
    return byEntry.computeIfAbsent(bounded, e -> new Sampler(name, rule(name), scratch));
  }

  private SamplingRule rule(String entry) {
    return rules.getOrDefault(entry, usual);
  }

  /** Sets the rule of entries that have none of their own, and those that have one. */
  public synchronized void set(SamplingRule rule, Map<String, SamplingRule> byName) {
    usual = rule;
    rules.clear();
    rules.putAll(byName);
    byEntry.values().forEach(sampler -> sampler.rule(rule(sampler.entry())));
  }

  /** The rule of an entry. */
  public SamplingRule ruleOf(String entry) {
    return rule(entry);
  }

  /** What they do, by entry. */
  public List<SamplingState> states() {
    List<SamplingState> states = new ArrayList<>();
    for (Sampler sampler : byEntry.values()) {
      Map<KeptBecause, Long> kept = new EnumMap<>(KeptBecause.class);
      Map<KeptBecause, Long> limited = new EnumMap<>(KeptBecause.class);
      for (int i = 0; i < KeptBecause.COUNT; i++) {
        KeptBecause reason = KeptBecause.of(i);
        kept.put(reason, sampler.kept(reason));
        limited.put(reason, sampler.limited(reason));
      }
      double slow = sampler.slowMillis();
      states.add(
          new SamplingState(
              sampler.entry(),
              sampler.rule(),
              Double.isNaN(slow) ? null : slow,
              sampler.seen(),
              kept,
              limited));
    }
    return states;
  }
}
