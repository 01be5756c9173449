package io.tensorcache.samples.multilevel;

import io.tensorcache.Scope;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.scope.Retention;
import io.tensorcache.scope.ScopeListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Three scopes that hold features by reference. Critical ones stay. Of intermediate ones the least
 * recently used leave, and are closed by the listener. Temporary ones the scope holds weakly: they
 * are served as long as the program shows them, and it closes those it showed longest ago.
 */
final class ScopeStore implements FeatureStore {
  private final LiveBytes live;
  private final int shownAtMost;
  private final Map<Integer, Tensor> shown = new LinkedHashMap<>(16, 0.75f, true);
  private final List<Scope<Tensor>> scopes = new ArrayList<>();

  /**
   * Opens the scopes.
   *
   * @param intermediate how much of intermediate features is held
   * @param shownAtMost temporary features of how many images the program shows, at least 2
   */
  ScopeStore(TensorCache cache, ByteSize intermediate, int shownAtMost, LiveBytes live) {
    this.live = live;
    this.shownAtMost = shownAtMost;
    ScopeListener closing =
        removal -> {
          if (removal.value() instanceof Tensor tensor) {
            live.close(tensor);
          }
        };
    scopes.add(
        cache
            .scopeBuilder("critical", PyTorch.tensors())
            .retention(Retention.STRONG)
            .listener(closing)
            .open());
    scopes.add(
        cache
            .scopeBuilder("intermediate", PyTorch.tensors())
            .retention(Retention.STRONG)
            .maxBytes(intermediate)
            .listener(closing)
            .open());
    scopes.add(cache.scopeBuilder("temporary", PyTorch.tensors()).retention(Retention.WEAK).open());
  }

  @Override
  public Tensor get(Importance importance, int image, Supplier<Tensor> compute) {
    Tensor features = scopes.get(importance.ordinal()).get("image " + image, compute::get);
    if (importance == Importance.TEMPORARY) {
      show(image, features);
    }
    return features;
  }

  private void show(int image, Tensor features) {
    shown.put(image, features);
    if (shown.size() > shownAtMost) {
      int longestAgo = shown.keySet().iterator().next();
      live.close(shown.remove(longestAgo));
    }
  }

  /** The scopes, in the order of {@link Importance}. */
  List<Scope<Tensor>> scopes() {
    return scopes;
  }

  @Override
  public void close() {
    shown.values().forEach(live::close);
    shown.clear();
    scopes.forEach(Scope::close);
  }
}
