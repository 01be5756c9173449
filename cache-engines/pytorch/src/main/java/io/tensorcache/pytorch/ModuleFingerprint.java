package io.tensorcache.pytorch;

import io.tensorcache.Fingerprint;
import io.tensorcache.FingerprintSource;
import org.bytedeco.pytorch.Module;
import org.jspecify.annotations.Nullable;

/**
 * The fingerprint of a module: a digest of its parameters and buffers, the types and options of its
 * layers, its mode, and the precision it computes in (autocast of the calling thread, TF32 or
 * bfloat16 inside float32 operations). Each call looks at the version counters of all tensors,
 * about 0.2 µs each, and reads the weights again only when one has changed. Safe for use by several
 * threads.
 *
 * <p>Not seen are fields of your own classes, options that change after the first call, and tensors
 * that are registered after it. Where these differ between two modules under one name, or change,
 * give another name, or add them: {@code () -> fingerprint.current().and("slope 0.2")}.
 */
public final class ModuleFingerprint implements FingerprintSource {
  private final Module module;
  private final boolean trainingAllowed;
  private @Nullable Weights last; // guarded by this
  private @Nullable Setting lastSetting; // guarded by this

  ModuleFingerprint(Module module, boolean trainingAllowed) {
    this.module = module;
    this.trainingAllowed = trainingAllowed;
  }

  /**
   * The same for a module that may be in training mode. Its outputs then depend on chance (dropout)
   * or on the rest of the batch (batch statistics): a cached row repeats what was computed once.
   * The mode stays part of the key.
   */
  public ModuleFingerprint allowTraining() {
    return new ModuleFingerprint(module, true);
  }

  /**
   * The fingerprint of the module as it is now.
   *
   * @throws IllegalArgumentException if the module is closed
   * @throws IllegalStateException if a parameter requires gradients, or if the module is in
   *     training mode and that was not allowed
   */
  @Override
  public synchronized Fingerprint current() {
    ModuleState.requireOpen(module);
    Weights weights = last;
    if (weights == null || !weights.state().isCurrent()) {
      last = null;
      if (weights != null) {
        weights.state().close();
      }
      weights = Weights.of(ModuleState.of(module));
      last = weights;
    }
    weights.state().requireFrozen();
    boolean isTraining = weights.state().isTraining();
    if (isTraining && !trainingAllowed) {
      throw new IllegalStateException(
          "the module is in training mode: dropout and batch statistics would be replayed from the cache; call eval() on it, or"
              + " allowTraining() on its fingerprint if that is what you want");
    }
    return in(isTraining ? weights.training() : weights.evaluation(), Precision.now());
  }

  /** The fingerprint of these weights in this mode and precision, mostly that of the last call. */
  private Fingerprint in(Fingerprint mode, long precision) {
    Setting setting = lastSetting;
    if (setting == null || setting.mode() != mode || setting.precision() != precision) {
      String text = "precision " + Long.toHexString(precision);
      setting = new Setting(mode, precision, mode.and(text));
      lastSetting = setting;
    }
    return setting.fingerprint();
  }

  private record Setting(Fingerprint mode, long precision, Fingerprint fingerprint) {}

  private record Weights(ModuleState state, Fingerprint evaluation, Fingerprint training) {
    static Weights of(ModuleState state) {
      Fingerprint weights =
          Fingerprint.ofWeights(state.tensors(), PyTorch.tensors()).and(state.layers());
      return new Weights(state, weights.and("evaluation"), weights.and("training"));
    }
  }
}
