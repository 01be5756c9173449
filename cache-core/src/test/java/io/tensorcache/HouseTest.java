package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How the classes are built on each other; prints its figures. */
class HouseTest {
  private static final String ROOT = "io.tensorcache";
  private static final int LARGEST_CYCLE = 8;
  private static final int MOST_IN_ROOT = 22;
  private static final int MOST_FLOORS = 10;
  private static final int MANY_PARAMETERS = 6;
  private static final int MOST_WITH_MANY = 20;
  private static final int MOST_LINES = 400;
  private static final double MOST_PUBLIC = 0.4;

  @Test
  void noLargeCycleOfClasses() throws Exception {
    List<Set<String>> cycles = new ArrayList<>(ClassGraph.ofFiles().cycles());
    cycles.sort(Comparator.comparingInt(cycle -> -cycle.size()));
    Set<String> largest = cycles.get(0);
    System.out.println("HouseTest: the largest cycle of classes has " + largest.size());
    assertTrue(largest.size() > 1, "jdeps saw no edges");
    assertTrue(largest.size() <= LARGEST_CYCLE, "a cycle of classes: " + largest);
  }

  @Test
  void findsCyclesAndFloors() {
    ClassGraph graph =
        new ClassGraph(
            Map.of("a", Set.of("b"), "b", Set.of("c", "e"), "c", Set.of("d", "b"), "d", Set.of()));
    Set<Set<String>> cycles = Set.copyOf(graph.cycles());
    assertEquals(Set.of(Set.of("a"), Set.of("b", "c"), Set.of("d"), Set.of("e")), cycles);
    assertEquals(3, graph.floors());
  }

  @Test
  void theHouseIsLowAndItsFaceSmall() throws Exception {
    int floors = ClassGraph.ofPackages().floors();
    List<String> inRoot =
        ClassGraph.ofFiles().names().stream()
            .filter(name -> name.lastIndexOf('.') == ROOT.length())
            .toList();
    System.out.println(
        "HouseTest: " + floors + " floors of packages, " + inRoot.size() + " files in the root");
    assertTrue(floors <= MOST_FLOORS, floors + " floors of packages");
    assertTrue(inRoot.size() <= MOST_IN_ROOT, "in the root package: " + inRoot);
  }

  @Test
  void fewTypesArePublic() throws Exception {
    List<Class<?>> types = types().stream().filter(type -> !type.isMemberClass()).toList();
    List<Class<?>> open =
        types.stream()
            .filter(type -> Modifier.isPublic(type.getModifiers()))
            .filter(type -> !type.getName().contains(".internal."))
            .toList();
    System.out.println("HouseTest: " + open.size() + " of " + types.size() + " types exported");
    assertTrue(open.size() <= MOST_PUBLIC * types.size(), open.toString());
  }

  @Test
  void fewMethodsHaveManyParameters() throws Exception {
    Set<String> many = new TreeSet<>();
    for (Class<?> type : types().stream().filter(type -> !type.isAnonymousClass()).toList()) {
      Stream<Executable> all =
          Stream.concat(
              Arrays.stream(type.getDeclaredMethods()),
              Arrays.stream(type.getDeclaredConstructors()));
      all.filter(each -> !each.isSynthetic() && !isOfRecord(each) && !isNative(each))
          .filter(each -> written(each) >= MANY_PARAMETERS)
          .forEach(each -> many.add(each.toString()));
    }
    System.out.println("HouseTest: " + many.size() + " methods with six parameters or more");
    assertTrue(
        many.size() <= MOST_WITH_MANY,
        many.size() + " methods with six parameters or more:\n" + String.join("\n", many));
  }

  /** The parameters in the source: the compiler adds some to constructors. */
  private static int written(Executable each) {
    Class<?> type = each.getDeclaringClass();
    boolean isConstructor = each instanceof Constructor<?>;
    int added = isConstructor && type.isEnum() ? 2 : 0;
    boolean isInner =
        isConstructor && type.isMemberClass() && !Modifier.isStatic(type.getModifiers());
    return each.getParameterCount() - added - (isInner ? 1 : 0);
  }

  /** What C declares. */
  private static boolean isNative(Executable each) {
    return Modifier.isNative(each.getModifiers());
  }

  private static boolean isOfRecord(Executable each) {
    Class<?> type = each.getDeclaringClass();
    if (!type.isRecord() || each instanceof Method) {
      return false;
    }
    Class<?>[] components =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    return Arrays.equals(components, each.getParameterTypes());
  }

  private static List<Class<?>> types() throws Exception {
    Path classes = ClassGraph.classes();
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes.resolve("io"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replace('/', '.').replace('\\', '.');
        if (!name.endsWith("package-info.class")) {
          String type = name.substring(0, name.length() - ".class".length());
          types.add(Class.forName(type, false, HouseTest.class.getClassLoader()));
        }
      }
    }
    return types;
  }

  @Test
  void noMainFileIsLong() throws Exception {
    Map<Path, Integer> lines = lines(Path.of("src/main/java"));
    lines.forEach(
        (file, count) -> assertTrue(count <= MOST_LINES, file + " has " + count + " lines"));
  }

  @Test
  void printsLinesOfTestsByPackage() throws Exception {
    Map<String, Integer> main = byPackage(lines(Path.of("src/main/java")));
    Map<String, Integer> test = byPackage(lines(Path.of("src/test/java")));
    assertTrue(main.size() > 10 && test.size() > 5, "read " + main + " and " + test);
    main.forEach(
        (name, count) ->
            System.out.printf(
                Locale.ROOT,
                "HouseTest: %-28s %6d lines, tests %6d%n",
                name,
                count,
                test.getOrDefault(name, 0)));
    System.out.printf(
        Locale.ROOT, "HouseTest: test to main lines %.2f%n", (double) sum(test) / sum(main));
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static Map<String, Integer> byPackage(Map<Path, Integer> lines) {
    Map<String, Integer> all = new TreeMap<>();
    lines.forEach(
        (file, count) -> {
          Path folder = file.getParent();
          all.merge(folder == null ? "the root" : folder.toString(), count, Integer::sum);
        });
    return all;
  }

  private static Map<Path, Integer> lines(Path source) throws IOException {
    Path root = source.resolve("io").resolve("tensorcache");
    Map<Path, Integer> lines = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        lines.put(root.relativize(file), Files.readAllLines(file).size());
      }
    }
    return lines;
  }
}
