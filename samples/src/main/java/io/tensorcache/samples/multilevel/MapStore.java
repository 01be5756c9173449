package io.tensorcache.samples.multilevel;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** A map that keeps everything. */
final class MapStore implements FeatureStore {
  private final Map<Visits.LookUp, Tensor> held = new HashMap<>();
  private final LiveBytes live;

  MapStore(LiveBytes live) {
    this.live = live;
  }

  @Override
  public Tensor get(Importance importance, int image, Supplier<Tensor> compute) {
    Visits.LookUp key = new Visits.LookUp(image, importance);
    Tensor features = held.get(key);
    if (features == null) {
      features = compute.get();
      held.put(key, features);
    }
    return features;
  }

  @Override
  public void close() {
    held.values().forEach(live::close);
    held.clear();
  }
}
