package io.mamparo.testkit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramConditionTest {
  @Test
  void present_looksOnThePathAndAtAbsolutePaths() {
    assertTrue(ProgramCondition.present("sh"));
    assertTrue(ProgramCondition.present("/bin/sh"));
    assertFalse(ProgramCondition.present("no-such-program-here"));
    assertFalse(ProgramCondition.present("/bin/no-such-program-here"));
    assertFalse(ProgramCondition.present("python3:no_such_module_here"));
  }

  @Test
  void verdict_missingProgramSkipsAndSaysWhich() {
    var verdict = ProgramCondition.verdict(List.of("psql"), false);
    assertTrue(verdict.isDisabled());
    assertTrue(verdict.getReason().orElse("").contains("psql"));
  }

  @Test
  void verdict_missingProgramFailsInCi() {
    assertThrows(
        IllegalStateException.class, () -> ProgramCondition.verdict(List.of("psql"), true));
  }
}
