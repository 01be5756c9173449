package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Module;

/**
 * The bytes of a layer's options: numbers and flags that are set after the first look are seen, the
 * content of lists is not.
 */
final class WatchedOptions {
  private WatchedOptions() {}

  /** Adds those of a layer of the presets, which the caller keeps alive. */
  static void add(Module layer, MemoryPieces pieces) {
    for (Pointer options : LayerOptions.pointers(layer)) {
      pieces.add(options.address(), Loader.sizeof(options.getClass()));
    }
  }
}
