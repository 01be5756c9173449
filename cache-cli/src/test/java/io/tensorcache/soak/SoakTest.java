package io.tensorcache.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything at once for a long time: two processes with tiny tiers and one store, 16 threads and
 * 2,000 virtual ones (JDK 21 and later) in each, interrupts, resets, clears, caches that are closed
 * and opened under them, a heap that runs out, and the command line beside it. Every value is
 * checked.
 */
class SoakTest {
  private static final List<String[]> COMMANDS =
      List.of(
          new String[] {"verify"},
          new String[] {"ls"},
          new String[] {"du"},
          new String[] {"stats"},
          new String[] {"ls", "--rows", "--function", "f3"},
          new String[] {"prune", "--function", "f7", "--yes"});

  @TempDir private Path directory;

  @Test
  void aMinuteOfEverythingGivesNoWrongValue() throws Exception {
    soak(Long.MAX_VALUE, 60);
  }

  @Test
  @Tag("nightly")
  void aHundredMillionLookUpsGiveNoWrongValue() throws Exception {
    long seconds = Long.getLong("tc.soak.seconds", TimeUnit.HOURS.toSeconds(3));
    soak(Long.getLong("tc.soak.lookups", 100_000_000) / 2, seconds);
  }

  private void soak(long lookUps, long seconds) throws Exception {
    long seed = Long.getLong("tc.soak.seed", System.nanoTime());
    System.out.println("soak: seed " + seed);
    List<Process> processes = new ArrayList<>();
    List<Path> outputs = List.of(directory.resolve("one.txt"), directory.resolve("two.txt"));
    int commands = 0;
    List<String> failed = new ArrayList<>();
    Path stores = Files.createDirectory(directory.resolve("stores"));
    try {
      for (int number = 0; number < 2; number++) {
        processes.add(
            start(
                outputs.get(number),
                List.of("-Xmx256m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC"),
                "io.tensorcache.soak.SoakProcess",
                stores.toString(),
                "" + number,
                "" + (seed + 1_000_003L * number),
                "" + lookUps,
                "" + seconds));
      }
      while (processes.stream().anyMatch(Process::isAlive)) {
        String problem = command(COMMANDS.get(commands++ % COMMANDS.size()), stores);
        if (!problem.isEmpty()) {
          failed.add(problem);
        }
        processes.get(0).waitFor(seconds > 600 ? 20 : 1, TimeUnit.SECONDS);
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
    report(processes, outputs, commands, failed);
  }

  private static void report(
      List<Process> processes, List<Path> outputs, int commands, List<String> failed)
      throws Exception {
    boolean isClean = failed.isEmpty();
    for (int number = 0; number < 2; number++) {
      int code = processes.get(number).waitFor();
      isClean &= code == 0;
      String said = Files.readString(outputs.get(number), StandardCharsets.UTF_8);
      String last = said.lines().filter(line -> line.startsWith("SOAK")).findFirst().orElse(said);
      System.out.println("process " + number + ": exit code " + code + ", " + last);
      if (code != 0) {
        System.out.println(said);
      }
    }
    System.out.println("commands beside it: " + commands + ", failed " + failed.size());
    assertEquals(List.of(), failed);
    assertTrue(isClean, "see the output above");
  }

  /** Runs a command in a JVM of its own; what went wrong, or nothing. */
  private String command(String[] command, Path stores) throws Exception {
    Path store = stores.resolve(SoakLife.STORE);
    if (!Files.isRegularFile(store.resolve("store.lock"))) {
      return "";
    }
    Path output = directory.resolve("command.txt");
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.add(1, store.toString());
    Process process =
        start(
            output,
            List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            "io.tensorcache.cli.Cli",
            arguments.toArray(String[]::new));
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return String.join(" ", command) + " does not end";
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    boolean isBusy = process.exitValue() == 3; // another process is changing the store
    return process.exitValue() == 0 || isBusy
        ? ""
        : String.join(" ", command) + " ended with " + process.exitValue() + ": " + shortened(said);
  }

  private static String shortened(String text) {
    return text.length() < 2_000 ? text : text.substring(0, 2_000) + "...";
  }

  private static Process start(Path output, List<String> flags, String main, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    line.addAll(flags);
    line.addAll(List.of("-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"), main));
    line.addAll(List.of(arguments));
    return new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}
