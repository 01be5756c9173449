package io.tensorcache.samples.multilevel;

import io.tensorcache.samples.digits.FeatureNet;
import io.tensorcache.samples.kit.Kept;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;

/**
 * Looks features up in a store, computes those it lacks from the features before them, and counts
 * and times every look-up, those of a computation included. Confined to one thread.
 */
final class Features {
  private final FeatureStore store;
  private final LiveBytes live;
  private final Tensor images;
  private final Map<String, SequentialImpl> parts;
  private final Map<Importance, LookUps> counts = new EnumMap<>(Importance.class);

  /** Features of the rows of {@code images}, counted in {@code live} when they are computed. */
  Features(FeatureStore store, LiveBytes live, Tensor images, FeatureNet net) {
    this.store = store;
    this.live = live;
    this.images = images;
    this.parts = net.parts();
    for (Importance importance : Importance.values()) {
      counts.put(importance, new LookUps());
    }
  }

  /** The features of one image. The tensor is the store's. */
  Tensor get(Importance importance, int image) {
    LookUps count = counts.get(importance);
    long computed = count.computed();
    long start = System.nanoTime();
    Tensor features =
        store.get(
            importance,
            image,
            () -> {
              count.compute();
              return live.add(Kept.tensor(() -> compute(importance, image)));
            });
    count.add(System.nanoTime() - start, count.computed() > computed);
    return features;
  }

  private Tensor compute(Importance importance, int image) {
    Tensor input =
        importance == Importance.TEMPORARY
            ? images.narrow(0, image, 1)
            : get(Importance.values()[importance.ordinal() + 1], image);
    return parts.get(importance.part).forward(input);
  }

  /** What was looked up so far. */
  Map<Importance, LookUps> counts() {
    return counts;
  }
}
