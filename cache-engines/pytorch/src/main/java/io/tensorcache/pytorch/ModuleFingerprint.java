package io.tensorcache.pytorch;

import io.tensorcache.Fingerprint;
import io.tensorcache.FingerprintSource;
import io.tensorcache.stats.Sightings;
import org.bytedeco.pytorch.Module;
import org.jspecify.annotations.Nullable;

/**
 * The fingerprint of a module: a digest of its parameters and buffers, the types and options of its
 * layers, its mode, and the precision it computes in (autocast of the calling thread, TF32 or
 * bfloat16 inside float32 operations, how sums of 16-bit products are rounded, the default dtype).
 * The weights are read again only when a look, one at each call, has seen a change. Safe for use by
 * several threads.
 *
 * <p><b>Seen by the next look</b>, so that no row is served or stored under other weights:
 *
 * <ul>
 *   <li>what PyTorch counts: in-place operations, an optimiser's step, {@code set_data} (also with
 *       other strides over the same memory), {@code load}, {@code to}, a tensor set anew in its
 *       layer;
 *   <li>any write into a tensor in host memory of up to 64 KiB, by {@code .data()}, {@code
 *       detach()}, a pointer, an indexer or a buffer, whatever its layout and strides;
 *   <li>of such a write past the version counter into a larger tensor in host memory, one that
 *       touches one of its 64 probed words, which are all over it: replacing all of it does, and
 *       replacing a thirtieth in one piece;
 *   <li>modules added, removed or replaced, and numbers and flags set in a layer's options.
 * </ul>
 *
 * <p><b>Seen late</b>: another write past the version counter into a tensor above 64 KiB in host
 * memory. Each look also reads 256 KiB of these, in turn, so that it is seen after {@link
 * #looksPerTurn} looks at most, bytes / 256 KiB, one look for a call that hits and two for one that
 * computes (180 looks for 45 MB). Then the listener is told, and the rows that each function stored
 * since the last full turn are dropped from memory and store; what was served or exported
 * meanwhile, and what another process took from the store, was not right.
 *
 * <p><b>Seen on request</b>: {@link io.tensorcache.CachedFunction#recheck} reads all weights at
 * once, and the option {@code recheck(Recheck.EVERY_CALL)} does it at each call. So are writes past
 * the version counter into tensors on a device.
 *
 * <p><b>Not seen</b>: fields of your own classes, tensors that are registered after the first look,
 * the content of lists in a layer's options that is changed after it, writes by another thread
 * while the weights are being read, and a write past the version counter that is taken back while
 * the module runs. Where these differ between two modules under one name, or change, give another
 * name, or add them: {@code PyTorch.fingerprint(net).and("slope 0.2")}.
 *
 * <p>Holds the memory of the weights until the {@code PointerScope} in which this was made is
 * closed, {@link #release} or {@code close()} of the cached function is called, the next look finds
 * the module closed, or the next module is watched after that.
 * <!-- region: module-fingerprint, from PyTorchExamplesTest.java -->
 *
 * <pre>{@code
 * ModuleFingerprint weights = PyTorch.fingerprint(net);
 * CachedFunction<Tensor> backbone =
 *     cache.wrap(
 *         "backbone",
 *         weights.and("slope 0.2"), // a field of your own class, which is not seen by itself
 *         PyTorch.tensors(),
 *         x -> net.forward(x));
 * backbone.apply(images);
 * boolean isUnchanged = backbone.recheck(); // reads all weights
 * }</pre>
 */
public final class ModuleFingerprint implements FingerprintSource {
  private final Module module;
  private final ModuleWatch watch;
  private final ScopeGuard guard; // collected, or closed by its scope, when this is no longer used
  private final boolean trainingAllowed;
  private volatile @Nullable Setting lastSetting;

  ModuleFingerprint(Module module, boolean trainingAllowed) {
    this.module = module;
    this.watch = new ModuleWatch(module);
    this.trainingAllowed = trainingAllowed;
    this.guard = new ScopeGuard(watch::release);
    LeftOvers.add(watch);
  }

  /**
   * Returns the fingerprint of a module that may be in training mode. Its outputs then depend on
   * chance (dropout) or on the rest of the batch (batch statistics): a cached row repeats what was
   * computed once. The mode stays part of the key.
   */
  public ModuleFingerprint allowTraining() {
    return new ModuleFingerprint(module, true);
  }

  /**
   * Returns the fingerprint of the module as it is now.
   *
   * @throws IllegalArgumentException if the module is closed
   * @throws IllegalStateException if a parameter requires gradients, or if the module is in
   *     training mode and that was not allowed
   */
  @Override
  public Fingerprint current() {
    return watch.look(false, this::of);
  }

  /** Reads all weights again, and returns the fingerprint of the module as it is now. */
  @Override
  public Fingerprint recheck() {
    return watch.look(true, this::of);
  }

  @Override
  public Sightings sightings() {
    return watch.sightings();
  }

  /** Lets go of the module's memory; the next look reads all of it again. */
  @Override
  public void release() {
    watch.release();
  }

  /**
   * Returns after how many looks at most a write is seen that the version counter does not count.
   */
  public int looksPerTurn() {
    return watch.look(false, weights -> weights.state().looksPerTurn());
  }

  private Fingerprint of(ModuleWatch.Weights weights) {
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
}
