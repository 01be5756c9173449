package io.tensorcache.pytorch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Module;

/**
 * The bytes of a layer's options: numbers and flags that are set after the first look are seen, the
 * content of lists is not. Immutable; safe for use by several threads while the layer lives.
 */
final class WatchedOptions {
  private record Bytes(ByteBuffer memory, ByteBuffer then) {}

  private final List<Bytes> options = new ArrayList<>(1);

  private WatchedOptions() {}

  /** Those of a layer of the presets. */
  static WatchedOptions of(Module layer) {
    WatchedOptions watched = new WatchedOptions();
    for (Pointer options : LayerOptions.pointers(layer)) {
      ByteBuffer memory = NativeBytes.at(options.address(), Loader.sizeof(options.getClass()));
      watched.options.add(new Bytes(memory, NativeBytes.copyOf(memory)));
    }
    return watched;
  }

  boolean areUnchanged() {
    for (Bytes bytes : options) {
      if (bytes.memory().mismatch(bytes.then()) >= 0) {
        return false;
      }
    }
    return true;
  }
}
