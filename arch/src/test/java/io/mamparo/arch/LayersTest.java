package io.mamparo.arch;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The walls of ARCHITECTURE.md: what each module may see, and how deep. */
class LayersTest {
  private static final String ROOT = "io.mamparo.";

  /** What each module may depend on; arrows point down only. */
  private static final Map<String, Set<String>> MAY_SEE =
      Map.ofEntries(
          Map.entry("kernel", Set.of()),
          Map.entry("model", Set.of("kernel")),
          Map.entry("store", Set.of("kernel")),
          Map.entry("wire", Set.of("kernel")),
          Map.entry("resilience", Set.of("kernel")),
          Map.entry("telemetry", Set.of("kernel", "store", "resilience", "wire")),
          Map.entry("dbproxy", Set.of("kernel", "wire", "resilience")),
          Map.entry("mesh", Set.of("kernel", "wire", "resilience")),
          Map.entry("compute", Set.of("kernel", "wire")),
          Map.entry("load", Set.of("kernel")),
          Map.entry(
              "app",
              Set.of(
                  "kernel",
                  "model",
                  "store",
                  "wire",
                  "resilience",
                  "telemetry",
                  "dbproxy",
                  "mesh",
                  "compute",
                  "load")),
          Map.entry("console", Set.of("kernel", "app")),
          Map.entry("gameday", Set.of("kernel", "model", "load")),
          Map.entry("cli", Set.of("kernel", "model", "load", "gameday", "app")));

  /** Modules whose direct subpackages may be seen too. */
  private static final Set<String> OPEN = Set.of("wire", "resilience");

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.mamparo");
    assertTrue(classes.size() > 300, "only " + classes.size() + " classes were found");
  }

  private static String module(JavaClass type) {
    String rest = type.getPackageName().substring(ROOT.length());
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }

  private static List<Dependency> betweenModules() {
    return classes.stream()
        .filter(type -> type.getPackageName().startsWith(ROOT))
        .filter(type -> MAY_SEE.containsKey(module(type)))
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .filter(d -> d.getTargetClass().getPackageName().startsWith(ROOT))
        .filter(d -> !module(d.getOriginClass()).equals(module(d.getTargetClass())))
        .toList();
  }

  private static String words(Dependency dependency) {
    return dependency.getOriginClass().getName() + " sees " + dependency.getTargetClass().getName();
  }

  private static void assertNone(Set<String> found) {
    assertEquals("", String.join("\n", found));
  }

  @Test
  void everyModule_isInTheMap() {
    Set<String> modules =
        classes.stream()
            .filter(type -> type.getPackageName().startsWith(ROOT))
            .map(LayersTest::module)
            .collect(Collectors.toCollection(TreeSet::new));
    modules.removeAll(MAY_SEE.keySet());
    modules.removeAll(Set.of("testkit", "arch"));
    assertEquals(Set.of(), modules);
  }

  @Test
  void arrows_pointDownOnly() {
    assertNone(
        betweenModules().stream()
            .filter(
                d ->
                    !MAY_SEE
                        .getOrDefault(module(d.getOriginClass()), Set.of())
                        .contains(module(d.getTargetClass())))
            .map(LayersTest::words)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void onlyRootPackages_areSeenFromOutside() {
    assertNone(
        betweenModules().stream()
            .filter(d -> isInside(d.getTargetClass()))
            .map(LayersTest::words)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  private static boolean isInside(JavaClass type) {
    String module = module(type);
    String below = type.getPackageName().substring((ROOT + module).length());
    long depth = below.chars().filter(c -> c == '.').count();
    return depth > (OPEN.contains(module) ? 1 : 0);
  }

  @Test
  void modules_haveNoCircles() {
    slices().matching("io.mamparo.(*)..").should().beFreeOfCycles().check(classes);
  }
}
