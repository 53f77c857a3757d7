package io.mamparo.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test needs programs of the machine: where one is missing the test is skipped and says which,
 * and fails instead when {@code CI=true}. {@code ./mamparo test} installs them or names the command
 * that does; add a new one to its list.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ProgramCondition.class)
public @interface NeedsProgram {
  /**
   * Names looked up on the PATH ({@code psql}), absolute paths ({@code /usr/bin/python3}), or
   * modules of {@code /usr/bin/python3} ({@code python3:flask}).
   */
  String[] value();
}
