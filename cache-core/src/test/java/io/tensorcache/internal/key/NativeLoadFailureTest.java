package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.api.Test;

/** What is said where the native library is not loaded. */
class NativeLoadFailureTest {
  private static final String NOEXEC =
      "/tmp/cache/libjnitensorcache.so: failed to map segment from shared object";

  @Test
  void aLibraryThatMayNotRunIsNotToBeBuilt() throws Exception {
    var failure = new UnsatisfiedLinkError("no jnitensorcache in java.library.path: /usr/lib");
    failure.initCause(new UnsatisfiedLinkError(NOEXEC + "\nand more"));
    String said = NativeLoadFailure.of(failure, URI.create("file:/x.jar").toURL()).getMessage();
    assertTrue(said.startsWith("no native library: " + NOEXEC + "; "), said);
    assertTrue(said.contains("noexec") && said.contains("org.bytedeco.javacpp.cachedir"), said);
    assertFalse(said.contains("cmake"), said);
  }

  @Test
  void oneThatIsBrokenIs() throws Exception {
    var failure = new UnsatisfiedLinkError("no jnitensorcache in java.library.path: /usr/lib");
    failure.initCause(new UnsatisfiedLinkError("/tmp/libjnitensorcache.so: file too short"));
    String said = NativeLoadFailure.of(failure, URI.create("file:/x.jar").toURL()).getMessage();
    assertTrue(said.contains("/tmp/libjnitensorcache.so: file too short; to have one"), said);
  }

  @Test
  void oneThatWasNeverBuiltIs() {
    String said =
        NativeLoadFailure.of(new UnsatisfiedLinkError("no jnitensorcache"), null).getMessage();
    assertTrue(said.startsWith("no native library: no jnitensorcache; "), said);
    assertTrue(said.contains("build with cmake and g++ installed"), said);
  }
}
