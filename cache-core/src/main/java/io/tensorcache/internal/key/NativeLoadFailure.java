package io.tensorcache.internal.key;

import io.tensorcache.error.NativeLibraryException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Why the native library is not there, and what to do: it was never built, or not let in. */
final class NativeLoadFailure {
  private NativeLoadFailure() {}

  static NativeLibraryException of(Throwable failure) {
    String file = Loader.getPlatform() + "/libjnitensorcache.so";
    return of(failure, NativeBinding.class.getResource(file));
  }

  /** {@code library} is the file in the jar; null if there is none. */
  static NativeLibraryException of(Throwable failure, @Nullable URL library) {
    if (library == null) {
      return new NativeLibraryException(
          "no native library: "
              + firstLine(failure)
              + "; to have one, build with cmake and g++ installed (-Dtc.native=on says what is"
              + " missing) on linux-x86_64, or use KeyBackend.JAVA",
          failure);
    }
    return new NativeLibraryException(
        "the native library is there and cannot be loaded: "
            + reason(failure)
            + "; JavaCPP unpacks it to a directory whose files must be allowed to run (not mounted"
            + " noexec): name one by -Dorg.bytedeco.javacpp.cachedir, or use KeyBackend.JAVA",
        failure);
  }

  /** What the loader of the system said, which JavaCPP hides behind what it tried last. */
  private static String reason(Throwable failure) {
    String found = firstLine(failure);
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (firstLine(each).startsWith("/")) { // the file, and why not
        return firstLine(each);
      }
      found = firstLine(each);
    }
    return found;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getName());
  }
}
