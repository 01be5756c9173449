package io.tensorcache.samples.scopes;

import io.tensorcache.Scope;
import io.tensorcache.samples.digits.FeatureNet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;

/**
 * The feature maps of each named layer of a network, in a child scope of that name. A layer asks
 * for the maps of the one before it: who asks for the last layer has them all computed, and who
 * asks for it again asks for no other. Confined to one thread.
 */
final class FeatureMaps {
  private final Tensor[] images;
  private final List<SequentialImpl> layers = new ArrayList<>();
  private final List<Scope<Tensor>> scopes = new ArrayList<>();

  FeatureMaps(Scope<Tensor> scope, FeatureNet net, Tensor[] images) {
    this.images = images;
    for (Map.Entry<String, SequentialImpl> layer : net.parts().entrySet()) {
      layers.add(layer.getValue());
      scopes.add(scope.child(layer.getKey()));
    }
  }

  /** The maps of a layer for a batch of images. */
  Tensor get(int layer, int batch) {
    return scopes
        .get(layer)
        .get(
            "batch " + batch,
            () -> layers.get(layer).forward(layer == 0 ? images[batch] : get(layer - 1, batch)));
  }

  /** The scope of each layer, first to last. */
  List<Scope<Tensor>> scopes() {
    return scopes;
  }
}
