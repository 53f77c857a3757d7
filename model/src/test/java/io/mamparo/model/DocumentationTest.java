package io.mamparo.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.model.schema.StackSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/stack-file.md} says what the code does. Write it anew with {@code mvn test -pl model
 * -Dtest=DocumentationTest -Dmamparo.docs.write=true}.
 */
class DocumentationTest {
  private static final Path FILE = Path.of("../docs/stack-file.md");
  private static final String MARK = "<!-- From here on generated from the code. -->\n";

  @Test
  void reference_isUpToDate() throws IOException {
    String written = Files.readString(FILE);
    int mark = written.indexOf(MARK);
    assertTrue(mark > 0, "the mark is gone from " + FILE);
    String upToDate = written.substring(0, mark) + MARK + StackSchema.documentation();
    if (Boolean.getBoolean("mamparo.docs.write")) {
      Files.writeString(FILE, upToDate);
    } else {
      assertEquals(upToDate, written, "run this test with -Dmamparo.docs.write=true");
    }
  }
}
