package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @Test
  void saysWhatIsHere() {
    Run run = Run.here("doctor");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(run.out().contains("keys java    ok, JAVA"), run.out());
    assertTrue(run.out().contains("pytorch      ok"), run.out());
    assertTrue(
        run.out().contains("keys cuda    missing: no CUDA driver: ")
            || run.out().contains("keys cuda    ok, CUDA (driver "),
        run.out());
    String nativeLine =
        run.out().lines().filter(line -> line.startsWith("keys native")).findFirst().orElse("");
    assertTrue(
        nativeLine.contains("ok, NATIVE (") || nativeLine.contains("missing: no native library"),
        run.out());
    if ("on".equals(System.getProperty("tests.native"))) {
      assertTrue(nativeLine.contains("ok"), run.out());
    }
  }

  /** Without a driver a line says so; with the stand-in for one the whole path runs. */
  @Test
  @Tag("fork")
  void showsTheDevicesAndComparesTheirKeys(@TempDir Path temporary) throws Exception {
    Path standin = Path.of("../cache-core/target/standin").toAbsolutePath().normalize();
    if (!Files.exists(standin.resolve("libcuda.so.1"))) {
      String missing = "no stand-in for the CUDA driver in " + standin;
      assumeTrue(
          "on".equals(System.getProperty("tests.native")), "requirement 'native': " + missing);
      fail("-Dtc.native=on, but " + missing);
    }
    // JCuda would load whatever lies here under this name
    Path planted = temporary.resolve("libJCudaDriver-12.6.0-linux-x86_64.so");
    Files.writeString(planted, "not a library");
    Run run =
        Run.forked(
            Map.of("LD_LIBRARY_PATH", standin.toString()),
            List.of("-Djava.io.tmpdir=" + temporary),
            System.getProperty("java.class.path"),
            "io.tensorcache.samples.Samples",
            "doctor");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(
        run.out()
            .contains(
                "keys cuda    ok, CUDA (driver 13.0; device 0 Stand-in 0, sm_90, kernels from the "),
        run.toString());
    assertTrue(
        run.out().contains("cuda equal   ok, cuda and java agree on 1000 random tensors"),
        run.toString());
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(
          0, left.filter(file -> file.getFileName().toString().startsWith("tensorcache")).count());
    }
  }

  /** A library that cannot be loaded stands before the real one, if there is one. */
  @Test
  @Tag("fork")
  void saysWhyTheNativeLibraryIsMissing(@TempDir Path directory) throws Exception {
    Path broken =
        directory.resolve("io/tensorcache/internal/key/linux-x86_64/libjnitensorcache.so");
    Files.createDirectories(broken.getParent());
    Files.writeString(broken, "not a library");
    Run run =
        Run.forked(
            List.of("-Dorg.bytedeco.javacpp.cachedir=" + directory.resolve("cache")),
            directory + File.pathSeparator + System.getProperty("java.class.path"),
            "io.tensorcache.samples.Samples",
            "doctor");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(run.out().contains("keys native  missing: no native library: "), run.out());
    assertTrue(run.out().contains("build with cmake and g++ installed"), run.out());
    assertTrue(run.out().contains("keys auto    JAVA (no native library: "), run.out());
  }
}
