package io.tensorcache.samples.attention;

import io.tensorcache.KeyBuilder;
import io.tensorcache.Scope;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Remembers keys and values in a scope: a child for each layer, in it an entry for each prefix,
 * named by its key. Texts that begin alike share the entries of what they have in common. Confined
 * to one thread.
 */
final class HeldBlocks implements Decoder.Memory {
  private final List<Scope<Tensor>> layers = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();

  /** In the children of a scope that holds by reference, so that a hit copies nothing. */
  HeldBlocks(Scope<Tensor> scope, int layerCount) {
    for (int layer = 0; layer < layerCount; layer++) {
      layers.add(scope.child("layer " + layer));
    }
  }

  /** The scope of each layer. */
  List<Scope<Tensor>> layers() {
    return layers;
  }

  @Override
  public KeysAndValues get(int layer, String prefix, Supplier<KeysAndValues> compute) {
    return layers
        .get(layer)
        .entry(names.computeIfAbsent(prefix, HeldBlocks::key), KeysAndValues.class)
        .get(
            () -> {
              KeysAndValues computed = compute.get();
              computed.keys().retainReference(); // to outlive the caller's PointerScope
              computed.values().retainReference();
              return computed;
            });
  }

  private static String key(String prefix) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(prefix.length());
    bytes.put(prefix.getBytes(StandardCharsets.US_ASCII)).rewind();
    TensorSpec spec = TensorSpec.of(DType.UINT8, 1, prefix.length());
    return new KeyBuilder().rowKeys(TensorView.of(spec, HostMemory.of(bytes))).get(0).toString();
  }
}
