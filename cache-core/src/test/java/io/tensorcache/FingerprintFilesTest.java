package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.HostTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fingerprints of files of all kinds, on threads of all kinds. */
class FingerprintFilesTest {
  private static final int SIZE = 5_000_003; // shared among threads

  @TempDir Path directory;

  private Path file() throws IOException {
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    return Files.write(directory.resolve("weights.pt"), content);
  }

  private static void assertRefused(Path path, String why) {
    var error = assertThrows(UncheckedIOException.class, () -> Fingerprint.ofFile(path));
    assertTrue(error.getMessage().startsWith("fingerprint of " + path), error.getMessage());
    assertTrue(error.getMessage().contains(why), error.getMessage());
  }

  @Test
  void onAnInterruptedThreadItIsTheSameAndTheInterruptStays() throws IOException {
    Path file = file();
    HostTensor weights = HostTensor.ofFloats(new float[1_000_000], 1000, 1000);
    Fingerprint ofFile = Fingerprint.ofFile(file);
    Fingerprint ofWeights = Fingerprint.ofWeights(Map.of("w", weights), HostTensor.adapter());
    Thread.currentThread().interrupt();
    assertEquals(ofFile, Fingerprint.ofFile(file));
    assertEquals(ofWeights, Fingerprint.ofWeights(Map.of("w", weights), HostTensor.adapter()));
    assertTrue(Thread.interrupted());
  }

  @Test
  void inTheCommonPoolAndInOneOfOneThreadItIsTheSame() throws Exception {
    Path file = file();
    Fingerprint expected = Fingerprint.ofFile(file);
    assertEquals(expected, ForkJoinPool.commonPool().submit(() -> Fingerprint.ofFile(file)).get());
    ForkJoinPool one = new ForkJoinPool(1);
    try {
      assertEquals(expected, one.submit(() -> Fingerprint.ofFile(file)).get());
    } finally {
      one.shutdown();
    }
  }

  @Test
  void whateverTheCommonPoolHas() throws Exception {
    Path file = file();
    for (int parallelism : new int[] {0, 1, 7}) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + parallelism,
                  "-Duser.language=ar",
                  "-Duser.country=EG",
                  "-cp",
                  System.getProperty("java.class.path"),
                  OfFile.class.getName(),
                  file.toString())
              .redirectErrorStream(true)
              .start();
      String text = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(
          child.waitFor(Duration.ofMinutes(2).toSeconds(), java.util.concurrent.TimeUnit.SECONDS));
      assertTrue(text.contains(Fingerprint.ofFile(file).digest().toString()), text);
    }
  }

  /** The child's program. */
  static final class OfFile {
    public static void main(String[] arguments) {
      System.out.println(Fingerprint.ofFile(Path.of(arguments[0])).digest());
    }
  }

  @Test
  void aLinkIsTheFile() throws IOException {
    Path file = file();
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertEquals(Fingerprint.ofFile(file), Fingerprint.ofFile(link));
  }

  @Test
  void aFileInAnArchiveIsTheSame() throws IOException {
    Path file = file();
    URI archive = URI.create("jar:" + directory.resolve("model.zip").toUri());
    try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      Path inside = zip.getPath("/weights.pt");
      Files.copy(file, inside);
      assertEquals(Fingerprint.ofFile(file), Fingerprint.ofFile(inside));
    }
  }

  @Test
  void whatIsNoFileIsRefusedWithoutWaitingForIt() throws Exception {
    assertRefused(directory, "it is a directory");
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertRefused(pipe, "it is a pipe, socket or device");
    assertRefused(Path.of("/dev/zero"), "it is a pipe, socket or device");
    assertRefused(directory.resolve("none"), "there is no such file");
    Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
    assertRefused(directory.resolve("loop"), "loop");
  }

  /** Says that it has no bytes, and has some. */
  @Test
  void aFileThatGrowsWhileItIsReadIsRefused() {
    assertRefused(Path.of("/proc/self/maps"), "it changed while it was read");
  }
}
