package io.tensorcache.pytorch;

import java.net.URL;
import java.util.List;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/**
 * Loads the libraries of the presets in the order in which they need each other, each by its path,
 * before the presets load them by name.
 *
 * <p>The presets unpack and load {@code libtorch.so} before {@code libtorch_cpu.so}, which it
 * needs: the dynamic linker then looks for the latter by name, and takes a foreign one that is on
 * {@code LD_LIBRARY_PATH}, or, while the cache of JavaCPP is empty, one that the system has. The
 * process dies in it. A library that is loaded is never looked for again.
 *
 * <p>Of two processes that start with an empty cache, one would find a {@code libtorch_cpu.so} that
 * the other has not unpacked to its end. JavaCPP locks only the file that it loads itself.
 */
final class TorchLibraries {
  /** What the others need, first. OpenBLAS, which the second one needs, has presets of its own. */
  private static final List<String> IN_ORDER = List.of("gomp@.1", "c10", "torch_cpu");

  private static final class Loaded {
    static final String FROM = load();
  }

  private TorchLibraries() {}

  /**
   * Loads them, once in a process.
   *
   * @return the file that {@code libtorch_cpu.so} was loaded from, or why none was
   * @throws UnsatisfiedLinkError if one of them cannot be loaded
   */
  static String loadFirst() {
    return Loaded.FROM;
  }

  private static String load() {
    Class<?> presets = org.bytedeco.pytorch.presets.torch.class;
    ClassProperties properties = Loader.loadProperties(presets, Loader.loadProperties(), true);
    if (isForCuda(presets)) {
      return "PyTorch for CUDA: its libraries are loaded in the order of the presets";
    }
    Loader.load(openblas.class);
    String last = "";
    for (String name : IN_ORDER) {
      URL[] found = Loader.findLibrary(presets, properties, name);
      last = Loader.loadLibrary(presets, found, name);
    }
    return last;
  }

  /** Its libraries need those of CUDA, which its presets load. */
  private static boolean isForCuda(Class<?> presets) {
    String platform = Loader.getPlatform();
    return presets.getResource("/org/bytedeco/pytorch/" + platform + "-gpu/libtorch_cpu.so")
        != null;
  }
}
