package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Assumptions;
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

  private Ended run(List<String> command, Path library) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(directory.toFile());
    builder.environment().put("LD_LIBRARY_PATH", library.toString());
    Path output = directory.resolve("output.txt");
    builder.redirectOutput(output.toFile());
    Process process = builder.start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("no end of " + command);
    }
    return new Ended(process.exitValue(), Files.readString(output));
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
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.cachedir=" + directory.resolve(cache),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName()));
    command.addAll(List.of(arguments));
    return run(command, libraries);
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

  /** The fault itself: if the presets mend it, the door's own order can go. */
  @Test
  void withoutTheDoorAForeignLibraryGetsInBetween() throws Exception {
    Ended plain = start(foreignLibraries(), "cache");
    assertNotEquals(0, plain.code(), plain.output());
  }
}
