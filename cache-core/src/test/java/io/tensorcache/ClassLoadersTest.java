package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that each load the library for themselves, in one JVM, and other processes. */
class ClassLoadersTest {
  @TempDir Path directory;

  /** Lives once in each class loader, and once in each process. */
  public static final class Program {
    private final TensorCache cache;
    private final CachedFunction<HostTensor> function;
    private int computed;
    private final List<String> told = new ArrayList<>();

    public Program(String directory, String kind) {
      Path path = Path.of(directory);
      TensorCacheBuilder builder =
          TensorCache.builder("flowers")
              .heap(ByteSize.ofKiB(64))
              .listener(failure -> told.add(failure.toString()));
      if (kind.equals("store")) {
        builder.store(store -> store.directory(path));
      } else {
        builder.disk(ByteSize.ofMiB(16), path);
      }
      cache = builder.build();
      function =
          cache
              .function("same", Fingerprint.version("1"), HostTensor.adapter())
              .probing(false)
              .persisting(kind.equals("store"))
              .wrap(
                  x -> {
                    computed += (int) x.spec().dim(0);
                    return x;
                  });
    }

    /** How many of these rows were computed; -1 if anything is wrong. */
    public int rows(int from, int to) {
      float[] values = new float[(to - from) * 64];
      for (int i = 0; i < values.length; i++) {
        values[i] = from + i / 64;
      }
      int before = computed;
      float[] found = function.apply(HostTensor.ofFloats(values, to - from, 64)).floats();
      boolean isRight = java.util.Arrays.equals(values, found) && cache.flush() && told.isEmpty();
      return isRight ? computed - before : -1;
    }

    public void close() {
      cache.close();
    }

    /** Another process, which takes over or deletes what looks dead. */
    public static void main(String[] args) {
      Program program = new Program(args[0], args[1]);
      int computed = program.rows(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      program.close();
      System.exit(computed == Integer.parseInt(args[4]) ? 0 : 1);
    }
  }

  /** A program of a class loader of its own. */
  private static final class Loaded implements AutoCloseable {
    private final URLClassLoader loader;
    private final Object program;

    Loaded(Path directory, String kind) throws Exception {
      loader = FreshLoader.make();
      program =
          inLoader(
              () ->
                  loader
                      .loadClass(Program.class.getName())
                      .getConstructor(String.class, String.class)
                      .newInstance(directory.toString(), kind));
    }

    /** As a program does: Ehcache looks for its services there. */
    private <T> T inLoader(Callable<T> action) throws Exception {
      try {
        return FreshLoader.call(loader, action);
      } catch (InvocationTargetException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }

    int rows(int from, int to) throws Exception {
      return inLoader(
          () ->
              (int)
                  program
                      .getClass()
                      .getMethod("rows", int.class, int.class)
                      .invoke(program, from, to));
    }

    @Override
    public void close() {
      try {
        inLoader(() -> program.getClass().getMethod("close").invoke(program));
        loader.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private void otherProcess(String kind, int from, int to, int computed) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx96m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider",
                "-Dslf4j.internal.verbosity=WARN", // which it says on standard error
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                directory.toString(),
                kind));
    for (int number : new int[] {from, to, computed}) {
      command.add(String.valueOf(number));
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals(0, process.waitFor(), "rows " + from + " to " + to);
  }

  @Test
  void storesOfTwoLoadersKeepTheirLocks() throws Exception {
    try (Loaded one = new Loaded(directory, "store")) {
      assertEquals(20, one.rows(0, 20));
      try (Loaded two = new Loaded(directory, "store")) {
        assertEquals(20, two.rows(100, 120));
        otherProcess("store", 200, 220, 20);
        assertEquals(20, one.rows(20, 40));
        assertEquals(20, two.rows(120, 140));
        otherProcess("store", 200, 220, 0);
        assertEquals(20, one.rows(40, 60));
      }
      otherProcess("store", 300, 320, 20);
      assertEquals(20, one.rows(60, 80));
    }
    otherProcess("store", 0, 140, 20); // nobody stored 80 to 100
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void scratchOfTwoLoadersStays(boolean isFirstClosedFirst) throws Exception {
    Loaded one = new Loaded(directory, "disk");
    Loaded two = new Loaded(directory, "disk");
    assertEquals(20, one.rows(0, 20));
    assertEquals(20, two.rows(0, 20));
    otherProcess("disk", 0, 20, 20);
    assertEquals(2, scratch());
    (isFirstClosedFirst ? one : two).close();
    otherProcess("disk", 0, 20, 20);
    assertEquals(1, scratch());
    Loaded left = isFirstClosedFirst ? two : one;
    assertTrue(left.rows(20, 40) >= 0);
    left.close();
    assertEquals(0, scratch());
  }

  private long scratch() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(Files::isDirectory).count();
    }
  }
}
