package io.tensorcache.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tensorcache.KeyBuilder;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.NativeLibraryException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandTest {
  private static final String EXPECTED = "f6f8ec099131eb819fef96f5b857ca33";

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("tensor.bin");
    Files.write(file, lcg(768));
  }

  private static byte[] lcg(int count) {
    byte[] bytes = new byte[count];
    long x = 0x9E3779B97F4A7C15L;
    for (int i = 0; i < count; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
      bytes[i] = (byte) (x >>> 56);
    }
    return bytes;
  }

  private Run key(String dtype, String shape, String... more) {
    String[] arguments = {"key", "--dtype", dtype, "--shape", shape, file.toString()};
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Run.here((Object[]) all);
  }

  @Test
  void printsThePublishedKey() {
    assertEquals(new Run(0, EXPECTED + System.lineSeparator(), ""), key("f32", "3,8,8"));
    for (String backend : new String[] {"java", "JAVA", "auto"}) {
      Run run = key("Float32", "3,8,8", "--backend", backend, "--algorithm", "tch1");
      assertEquals(EXPECTED, run.out().strip(), run.toString());
    }
  }

  @Test
  void printsTheSameKeyOnTheNativeBackEndOrSaysWhyNot() {
    Run run = key("f32", "3,8,8", "--backend", "native");
    try {
      new KeyBuilder().backend(KeyBackend.NATIVE).describe();
    } catch (NativeLibraryException e) {
      assertNotEquals("on", System.getProperty("tests.native"), run.toString());
      run.assertRefused("no native library");
      return;
    }
    assertEquals(EXPECTED, run.out().strip(), run.toString());
  }

  @Test
  void printsOneLineARow() throws IOException {
    Run rows = key("f32", "8,8");
    assertEquals(3, rows.out().lines().distinct().count(), rows.toString());
    assertNotEquals(rows.out(), key("i32", "8,8").out(), "the dtype counts");
    assertNotEquals(rows.out(), key("f32", "64").out(), "the shape counts");
    assertNotEquals(rows.out(), key("f32", "8,8", "--domain", "x").out(), "the domain counts");
  }

  @Test
  void refusesWrongArgumentsInOneLine() {
    key("f32", "3,8,9").assertRefused("has 768 bytes; a row of");
    key("f99", "3,8,8").assertRefused("dtype \"f99\": one of [bool, u8");
    key("f32", "3,x").assertRefused("--shape");
    key("f32", "3,-8").assertRefused("-8");
    key("f32", "3,8,8", "--backend", "abacus").assertRefused("--backend");
    key("f32", "3,8,8", "--algorithm", "md5").assertRefused("--algorithm");
    key("f32", "3,8,8", "--samples", "0").assertRefused("--samples 0: must be >= 1");
    Run.here("key", "--shape", "3", file.toString()).assertRefused("--dtype");
    Run.here("key", "--dtype", "f32").assertRefused("FILE");
  }

  @Test
  void refusesFileThatIsNotThereOrEmpty() throws IOException {
    Files.delete(file);
    key("f32", "3,8,8").assertRefused("tensor.bin is not a file");
    Files.createFile(file);
    key("f32", "3,8,8").assertRefused("has 0 bytes");
    Run.here("key", "--dtype", "u8", directory.toString()).assertRefused("is not a file");
  }

  @Test
  void withoutAShapeEachElementIsARow() {
    Run run = key("u8", "1");
    assertEquals(768, run.out().lines().count());
    Run scalars = Run.here("key", "--dtype", "u8", file.toString()).assertCode(ExitCode.OK);
    assertEquals(768, scalars.out().lines().count());
    assertNotEquals(run.out(), scalars.out(), "a shape of [1] is another shape");
  }

  @Test
  void samplesAndAlgorithmChangeTheKey() {
    String all = key("f32", "3,8,8").out();
    String some = key("f32", "3,8,8", "--samples", "10").assertCode(ExitCode.OK).out();
    assertNotEquals(all, some);
    assertEquals(some, key("f32", "3,8,8", "--samples", "10").out());
    assertNotEquals(all, key("f32", "3,8,8", "--algorithm", "torchcache").out());
  }

  /** A row of no bytes has a key: that of its shape. */
  @Test
  void aShapeOfNoElementsIsOneRow() {
    Run run = key("f32", "0,8").assertCode(ExitCode.OK);
    assertEquals(1, run.out().lines().count());
    assertNotEquals(run.out(), key("f32", "8,0").out());
  }

  @Test
  void refusesAFileThatIsTooLargeForOneBatch() throws IOException {
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength((2L << 30) + 1); // of holes
    }
    key("u8", "1").assertRefused("has 2147483649 bytes; at most 2 GiB");
  }

  @Test
  void refusesAShapeThatNoFileCanHave() {
    key("f32", "9223372036854775807,9223372036854775807").assertCode(ExitCode.USAGE);
    key("f64", "9223372036854775807").assertCode(ExitCode.USAGE);
  }
}
