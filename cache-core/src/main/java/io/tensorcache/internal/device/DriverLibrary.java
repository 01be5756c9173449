package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import jcuda.driver.JCudaDriver;

/**
 * Loads JCuda's library, and with it {@code libcuda.so.1}. JCuda would write it to a fixed name in
 * the temporary directory and take whatever lies there already; here it gets a directory of its
 * own, which only this user can write.
 */
final class DriverLibrary {
  private static final String TEMPORARY = "java.io.tmpdir";

  private DriverLibrary() {}

  /**
   * Loads it. One thread at a time may be here: see {@link Devices}.
   *
   * @throws LinkageError if JCuda, its library for this platform or the driver is missing
   * @throws DeviceException if the library cannot be written
   */
  static void load() {
    Path directory;
    try {
      directory = Files.createTempDirectory("tensorcache-jcuda-"); // rwx------
      Files.delete(File.createTempFile("tensorcache", ".probe").toPath());
    } catch (IOException e) {
      throw new DeviceException("cannot write JCuda's library to a temporary directory: " + e, e);
    }
    // JCuda's static initialiser reads this property and nothing else tells it where to write. The
    // JDK has read it for itself above, once for all.
    String before = System.getProperty(TEMPORARY);
    System.setProperty(TEMPORARY, directory.toString());
    try {
      Class.forName(JCudaDriver.class.getName(), true, JCudaDriver.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new NoClassDefFoundError(e.getMessage());
    } finally {
      System.setProperty(TEMPORARY, before);
      removeWhatCanBe(directory);
    }
  }

  /** A loaded library needs its file no longer where files can be unlinked while in use. */
  private static void removeWhatCanBe(Path directory) {
    if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows")) {
      return;
    }
    File[] files = directory.toFile().listFiles();
    for (File file : files == null ? new File[0] : files) {
      file.delete();
    }
    directory.toFile().delete();
  }
}
