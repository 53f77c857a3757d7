package io.mamparo.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Style that is a failing test; see the style guide for the reasons. */
class StyleTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int LONGEST_FILE = 420;
  private static final Pattern DUMP =
      Pattern.compile("(Abstract.+|.+(Impl|Manager|Helper|Helpers|Util|Utils))");

  /**
   * Files that are still longer, with the length they have: they may shrink and never grow, and go
   * from this list once they fit.
   */
  private static final Map<String, Integer> STILL_LONGER =
      Map.of(
          "compute/src/main/java/io/mamparo/compute/Services.java", 453,
          "dbproxy/src/main/java/io/mamparo/dbproxy/intern/Lexer.java", 475,
          "dbproxy/src/main/java/io/mamparo/dbproxy/server/ServerConnection.java", 526);

  /** Names that the JDK or a protocol gave, not we. */
  private static final Set<String> GIVEN = Set.of("KeptLogManager");

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.mamparo");
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      List<Path> found =
          all.filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.toString().contains("/target/"))
              .filter(file -> file.toString().contains("/src/"))
              .toList();
      assertTrue(found.size() > 300, "only " + found.size() + " sources were found");
      return found;
    }
  }

  @Test
  void names_sayWhatAThingIs() {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : classes) {
      String name = type.getSimpleName();
      if (!GIVEN.contains(name) && DUMP.matcher(name).matches()) {
        found.add(type.getName());
      }
    }
    assertEquals(Set.of(), found);
  }

  @Test
  void loggingBackend_isKnownInTheAppOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.mamparo.app")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging")
        .check(classes);
  }

  @Test
  void standardStreams_areTheFrontDoors() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.mamparo.cli..", "io.mamparo.gameday..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(classes);
  }

  @Test
  void threadLocals_areNotUsed() {
    noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class).check(classes);
  }

  @Test
  void everyPackage_isNullMarked() {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : classes) {
      JavaPackage own = type.getPackage();
      if (!own.isAnnotatedWith(NullMarked.class)) {
        found.add(own.getName());
      }
    }
    assertEquals(Set.of(), found);
  }

  @Test
  void files_fitOnAFewScreens() throws IOException {
    Set<String> found = new TreeSet<>();
    for (Path source : sources()) {
      long lines = Files.readAllLines(source).size();
      boolean test = source.toString().contains("/src/test/");
      String name = ROOT.relativize(source).toString();
      int most = STILL_LONGER.getOrDefault(name, test ? 2 * LONGEST_FILE : LONGEST_FILE);
      if (lines > most) {
        found.add(name + " has " + lines + " lines");
      }
    }
    assertEquals(Set.of(), found);
  }

  @Test
  void tests_doNotSleepForAFixedTime() throws IOException {
    Pattern sleep = Pattern.compile("Thread\\.sleep\\(\\s*(\\d[\\d_]{3,}|Duration)");
    Set<String> found = new TreeSet<>();
    for (Path source : sources()) {
      if (source.toString().contains("/src/test/")
          && !source.endsWith("StyleTest.java")
          && sleep.matcher(Files.readString(source)).find()) {
        found.add(ROOT.relativize(source).toString());
      }
    }
    assertEquals(Set.of(), found);
  }
}
