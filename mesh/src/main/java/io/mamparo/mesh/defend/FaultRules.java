package io.mamparo.mesh.defend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.mesh.Fault;
import io.mamparo.mesh.ServicePolicy.FaultRule;
import io.mamparo.wire.http.Fields;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What the stack file breaks on purpose. Immutable. */
public final class FaultRules {
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Rule(FaultRule fault, byte @Nullable [] header, byte @Nullable [] value) {}

  private final Rule[] rules;

  FaultRules(List<FaultRule> faults) {
    rules =
        faults.stream()
            .map(f -> new Rule(f, bytes(f.header()), bytes(f.value())))
            .toArray(Rule[]::new);
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(ISO_8859_1);
  }

  /** Whether there is any. */
  public boolean any() {
    return rules.length > 0;
  }

  /** The status that a try is answered in the service's place, or 0. */
  public int status(String caller, Fields fields, SplittableRandom random) {
    for (Rule rule : rules) {
      if (rule.fault().status() != 0 && hits(rule, caller, fields, random)) {
        return rule.fault().status();
      }
    }
    return 0;
  }

  /** How long a try is held up, in nanoseconds. */
  public long delay(String caller, Fields fields, SplittableRandom random) {
    long sum = 0;
    for (Rule rule : rules) {
      if (!rule.fault().delay().isZero() && hits(rule, caller, fields, random)) {
        sum += rule.fault().delay().toNanos();
      }
    }
    return sum;
  }

  private static boolean hits(Rule rule, String caller, Fields fields, SplittableRandom random) {
    String from = rule.fault().from();
    return (from.equals(Fault.ANY) || from.equals(caller))
        && header(rule, fields)
        && random.nextDouble() < rule.fault().share();
  }

  private static boolean header(Rule rule, Fields fields) {
    byte[] name = rule.header();
    if (name == null) {
      return true;
    }
    for (int i = 0; i < fields.count(); i++) {
      if (fields.named(i, name)) {
        byte[] value = rule.value();
        return value == null
            || Arrays.equals(
                fields.bytes(), fields.valueStart(i), fields.valueEnd(i), value, 0, value.length);
      }
    }
    return false;
  }
}
