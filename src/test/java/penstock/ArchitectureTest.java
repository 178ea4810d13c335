package penstock;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of the house: which package may use which, and what no code may do. */
@AnalyzeClasses(packages = "penstock", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /** What all peers may use. */
  private static final Set<String> FOUNDATIONS =
      Set.of(
          "problem",
          "http",
          "json",
          "redis",
          "event",
          "trace",
          "security",
          "member",
          "stream",
          "view",
          "tenant",
          "schedule");

  /** What those may use besides that work through streams for themselves. */
  private static final Set<String> WORKED = with(FOUNDATIONS, "consumer");

  private static Set<String> with(Set<String> some, String more) {
    Set<String> all = new TreeSet<>(some);
    all.add(more);
    return Set.copyOf(all);
  }

  /** Each package and those that it may use besides itself. The peers never use each other. */
  private static final Map<String, Set<String>> EDGES =
      Map.ofEntries(
          Map.entry("problem", Set.of()),
          Map.entry("json", Set.of()),
          Map.entry("http", Set.of("problem")),
          Map.entry("openapi", Set.of("problem")),
          Map.entry("member", Set.of("problem", "http")),
          Map.entry("redis", Set.of("problem", "http")),
          Map.entry("event", Set.of("problem", "http", "json", "redis")),
          Map.entry("trace", Set.of("event")),
          Map.entry("security", Set.of("problem", "http", "redis", "event")),
          Map.entry("stream", Set.of("problem", "http", "json", "redis", "event", "security")),
          Map.entry("tenant", Set.of("problem", "http", "redis", "security", "stream")),
          Map.entry(
              "view", Set.of("problem", "http", "json", "redis", "event", "security", "stream")),
          Map.entry(
              "schedule",
              Set.of("problem", "http", "json", "redis", "event", "trace", "security", "stream")),
          Map.entry(
              "consumer",
              Set.of(
                  "problem",
                  "http",
                  "json",
                  "redis",
                  "event",
                  "trace",
                  "security",
                  "stream",
                  "view")),
          Map.entry("ingest", FOUNDATIONS),
          Map.entry("audit", with(WORKED, "ingest")),
          Map.entry("projection", WORKED),
          Map.entry("feed", FOUNDATIONS),
          Map.entry("presence", FOUNDATIONS),
          Map.entry("group", FOUNDATIONS),
          Map.entry("sink", WORKED),
          Map.entry(
              "admin",
              Set.of(
                  "problem",
                  "http",
                  "json",
                  "redis",
                  "event",
                  "trace",
                  "security",
                  "member",
                  "stream",
                  "view",
                  "consumer",
                  "ingest",
                  "projection",
                  "feed",
                  "presence",
                  "schedule",
                  "group",
                  "sink")));

  /** The sub-packages of each package, the lower ones first: one uses only those before it. */
  private static final Map<String, List<String>> ROOMS =
      Map.of(
          "redis", List.of("topology", "cluster", "redis", "embedded"),
          "stream",
              List.of(
                  "stream",
                  "filter",
                  "registry",
                  "log",
                  "tail",
                  "retention",
                  "deadletter",
                  "removal",
                  "http"),
          "security", List.of("identity", "security", "token", "session", "http", "certificate"),
          "view", List.of("fold", "view", "read", "http"),
          "schedule", List.of("schedule", "delayed", "http"),
          "consumer", List.of("consumer", "membership", "command", "worker", "service"),
          "projection", List.of("projection", "deadletter", "worker", "service"),
          "sink", List.of("sink", "webhook", "archive", "handler", "worker", "http"),
          "feed",
              List.of(
                  "feed",
                  "frame",
                  "connection",
                  "replay",
                  "loop",
                  "room",
                  "stream",
                  "view",
                  "http"));

  private static final Path GLOSSARY = Path.of("docs", "glossary.md");

  /** A row of one of its tables: what the first column has is a term, or several. */
  private static final Pattern TERMS = Pattern.compile("(?m)^\\| *([^|]+?) *\\|");

  private static final Pattern WORD = Pattern.compile("[A-Za-z][a-z0-9]*");

  @ArchTest
  static final ArchRule PACKAGES_USE_ONLY_WHAT_THEY_MAY =
      classes()
          .should(
              new ArchCondition<JavaClass>("use only packages that theirs may use") {
                @Override
                public void check(JavaClass user, ConditionEvents events) {
                  String from = feature(user);
                  if (!EDGES.containsKey(from)) {
                    events.add(
                        SimpleConditionEvent.violated(
                            user, user.getName() + " is in an unlisted package"));
                    return;
                  }
                  user.getDirectDependenciesFromSelf()
                      .forEach(
                          dependency -> {
                            String to = feature(dependency.getTargetClass());
                            if (!to.isEmpty()
                                && !to.equals(from)
                                && !EDGES.get(from).contains(to)) {
                              events.add(
                                  SimpleConditionEvent.violated(user, dependency.getDescription()));
                            }
                          });
                }
              });

  @ArchTest
  static final ArchRule ROOMS_USE_ONLY_THOSE_BELOW =
      classes()
          .should(
              new ArchCondition<JavaClass>("use only sub-packages below their own") {
                @Override
                public void check(JavaClass user, ConditionEvents events) {
                  List<String> rooms = ROOMS.get(feature(user));
                  if (rooms == null) {
                    return;
                  }
                  int from = rooms.indexOf(room(user));
                  if (from < 0) {
                    events.add(
                        SimpleConditionEvent.violated(
                            user, user.getName() + " is in an unlisted sub-package"));
                    return;
                  }
                  user.getDirectDependenciesFromSelf().stream()
                      .filter(
                          dependency ->
                              feature(dependency.getTargetClass()).equals(feature(user))
                                  && rooms.indexOf(room(dependency.getTargetClass())) > from)
                      .forEach(
                          dependency ->
                              events.add(
                                  SimpleConditionEvent.violated(
                                      user, dependency.getDescription())));
                }
              });

  @ArchTest
  static final ArchRule TIME_IS_GIVEN =
      noClasses()
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", Duration.class)
          .because("time is an InstantSource or Redis's own clock, and waiting is a timer");

  @ArchTest
  static final ArchRule NOTHING_STATIC_CHANGES =
      fields()
          .that(
              DescribedPredicate.<JavaField>describe(
                  "are static", field -> field.getModifiers().contains(JavaModifier.STATIC)))
          .should()
          .beFinal()
          .because("an instance's state belongs to its beans");

  @ArchTest
  static final ArchRule ONE_WAY_OF_LOGGING =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.apache.commons.logging..")
          .because("org.jboss.logging is the one way of logging");

  @ArchTest
  static final ArchRule NOTHING_IS_PRINTED =
      noClasses().should(ACCESS_STANDARD_STREAMS).because("what is to be told goes to the log");

  @ArchTest
  static void everyNameEndsInATermOfTheGlossary(JavaClasses all) throws IOException {
    Set<String> terms = new TreeSet<>();
    Matcher row = TERMS.matcher(Files.readString(GLOSSARY));
    while (row.find()) {
      WORD.matcher(row.group(1)).results().forEach(word -> terms.add(singular(word.group())));
    }
    assertThat(all)
        .filteredOn(known -> known.isTopLevelClass() && !feature(known).isEmpty())
        .extracting(JavaClass::getSimpleName)
        .filteredOn(name -> !name.equals("package-info"))
        .allSatisfy(name -> assertThat(terms).as(name).contains(singular(lastWord(name))));
  }

  private static String lastWord(String name) {
    String[] words = name.split("(?=[A-Z])");
    return words[words.length - 1];
  }

  private static String singular(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return lower.endsWith("s") && !lower.endsWith("ss")
        ? lower.substring(0, lower.length() - 1)
        : lower;
  }

  @ArchTest
  static void everyPackageStatesItsPurpose(JavaClasses all) {
    Set<String> packages = new TreeSet<>();
    all.forEach(known -> packages.add(known.getPackageName()));
    for (String name : packages) {
      assertThat(Path.of("src/main/java", name.replace('.', '/'), "package-info.java"))
          .as("package %s", name)
          .isRegularFile()
          .content()
          .contains("@NullMarked");
    }
  }

  /** The part of the name after {@code penstock}; empty if it is none of ours. */
  private static String feature(JavaClass known) {
    String[] parts = known.getPackageName().split("\\.");
    return parts.length > 1 && parts[0].equals("penstock") ? parts[1] : "";
  }

  /** The sub-package of its feature; the feature itself if it is in none. */
  private static String room(JavaClass known) {
    String[] parts = known.getPackageName().split("\\.");
    return parts.length > 2 ? parts[2] : feature(known);
  }
}
