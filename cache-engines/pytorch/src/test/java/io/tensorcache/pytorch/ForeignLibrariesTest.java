package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A first start, with an empty cache of JavaCPP, where foreign libraries have the names of
 * PyTorch's and lack their symbols. Needs a C compiler, the requirement {@code native}.
 */
class ForeignLibrariesTest {
  private static final List<String> NAMES =
      List.of("libc10.so", "libtorch.so", "libtorch_cpu.so", "libgomp.so.1", "libopenblas.so.0");

  @TempDir private Path directory;

  /** What the child does: with an argument, the door first. */
  public static final class Child {
    private Child() {}

    /** Uses PyTorch. */
    public static void main(String[] arguments) {
      if (arguments.length > 0) {
        System.out.println("from " + PyTorch.load());
      }
      try (Tensor ones = torch.ones(2, 2);
          Tensor sum = ones.sum()) {
        System.out.println("sum " + sum.item_float());
      }
      System.exit(0); // without the threads of PyTorch
    }
  }

  private record Ended(int code, String output) {}

  private record Started(Process process, Path output) {
    Ended end() throws Exception {
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("no end of " + process.info());
      }
      return new Ended(process.exitValue(), Files.readString(output));
    }
  }

  private Started begin(List<String> command, Path library) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(directory.toFile());
    builder.environment().put("LD_LIBRARY_PATH", library.toString());
    Path output = Files.createTempFile(directory, "output", ".txt");
    builder.redirectOutput(output.toFile());
    return new Started(builder.start(), output);
  }

  private Ended run(List<String> command, Path library) throws Exception {
    return begin(command, library).end();
  }

  private Path foreignLibraries() throws Exception {
    Path source = directory.resolve("foreign.c");
    Files.writeString(source, "int tensorcache_foreign(void) { return 1; }\n");
    Path made = Files.createDirectory(directory.resolve("foreign"));
    for (String name : NAMES) {
      List<String> compiler =
          List.of(
              "cc",
              "-shared",
              "-fPIC",
              "-Wl,-soname," + name,
              "-o",
              made.resolve(name).toString(),
              source.toString());
      try {
        Ended ended = run(compiler, directory);
        assertEquals(0, ended.code(), ended.output());
      } catch (IOException e) {
        if ("on".equals(System.getProperty("tests.native"))) {
          throw e;
        }
        Assumptions.abort("requirement 'native': no C compiler: " + e.getMessage());
      }
    }
    return made;
  }

  private Ended start(Path libraries, String cache, String... arguments) throws Exception {
    return run(command(cache, arguments), libraries);
  }

  private List<String> command(String cache, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.cachedir=" + directory.resolve(cache),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  @Test
  void theFirstStartTakesItsOwnLibraries() throws Exception {
    Path foreign = foreignLibraries();
    Ended first = start(foreign, "cache", "door");
    assertEquals(0, first.code(), first.output());
    assertTrue(first.output().contains("sum 4.0"), first.output());
    assertTrue(first.output().contains("from " + directory.resolve("cache")), first.output());
    Ended second = start(foreign, "cache", "door");
    assertEquals(0, second.code(), second.output());
  }

  /** With the door alone none loads what another is still unpacking. */
  @Test
  void severalFirstStartsAtOnceSucceed() throws Exception {
    startAtOnce("several", 3);
  }

  @Test
  @Tag("nightly")
  void manyTimesSeveralFirstStartsAtOnceSucceed() throws Exception {
    for (int i = 0; i < 15; i++) {
      startAtOnce("several-" + i, 2 + i % 3);
    }
  }

  private void startAtOnce(String cache, int processes) throws Exception {
    List<Started> started = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      started.add(begin(command(cache, "door"), directory));
    }
    for (Started each : started) {
      Ended ended = each.end();
      assertEquals(0, ended.code(), ended.output());
      assertTrue(ended.output().contains("sum 4.0"), ended.output());
    }
  }

  /** The fault itself: if the presets mend it, the door's own order can go. */
  @Test
  void withoutTheDoorAForeignLibraryGetsInBetween() throws Exception {
    Ended plain = start(foreignLibraries(), "cache");
    assertNotEquals(0, plain.code(), plain.output());
  }
}
