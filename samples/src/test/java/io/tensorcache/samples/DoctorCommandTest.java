package io.tensorcache.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    String nativeLine =
        run.out().lines().filter(line -> line.startsWith("keys native")).findFirst().orElse("");
    assertTrue(
        nativeLine.contains("ok, NATIVE (") || nativeLine.contains("missing: no native library"),
        run.out());
    if ("on".equals(System.getProperty("tc.native"))) {
      assertTrue(nativeLine.contains("ok"), run.out());
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
