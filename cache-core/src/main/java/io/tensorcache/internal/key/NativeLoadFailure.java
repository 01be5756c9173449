package io.tensorcache.internal.key;

import io.tensorcache.error.NativeLibraryException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Why the native library is not there, and what to do: it was never built, or not let in. */
final class NativeLoadFailure {
  /** What the loader of Linux says of a file on a file system that is mounted noexec. */
  private static final String NOT_EXECUTABLE = "failed to map segment";

  private static final String LET_IN =
      "JavaCPP unpacked it to a directory whose files may not run (mounted noexec): name another by"
          + " -Dorg.bytedeco.javacpp.cachedir, or use KeyBackend.JAVA";
  private static final String BUILD =
      "to have one, build with cmake and g++ installed (-Dtc.native=on says what is missing) on"
          + " linux-x86_64, or use KeyBackend.JAVA";

  private NativeLoadFailure() {}

  static NativeLibraryException of(Throwable failure) {
    String file = Loader.getPlatform() + "/libjnitensorcache.so";
    return of(failure, NativeBinding.class.getResource(file));
  }

  /** {@code library} is the file in the jar; null if there is none. */
  static NativeLibraryException of(Throwable failure, @Nullable URL library) {
    String reason = library == null ? firstLine(failure) : reason(failure);
    boolean mayNotRun = library != null && reason.contains(NOT_EXECUTABLE);
    return new NativeLibraryException(
        "no native library: " + reason + "; " + (mayNotRun ? LET_IN : BUILD), failure);
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
