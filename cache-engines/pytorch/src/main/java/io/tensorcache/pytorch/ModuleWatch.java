package io.tensorcache.pytorch;

import io.tensorcache.Fingerprint;
import io.tensorcache.stats.Sightings;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Module;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a module and remembers what it saw. Safe for use by several threads.
 *
 * <p>The weights are read again when a look sees a change. What rows were stored since the last
 * full turn are taken back unless the old memory, where it still is, proves that no look missed a
 * write before.
 */
final class ModuleWatch {
  private final Module module;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Weights last; // guarded by lock
  private @Nullable Fingerprint released; // of the weights that were let go of; guarded by lock
  private long turnStart = 1; // the look that began the turn; guarded by lock
  private volatile Sightings sightings = new Sightings(0, 0, 0, 0, 1, ""); // written under lock

  /** The weights, types and options of a module at one moment, without its mode. */
  record Weights(
      ModuleState state, Fingerprint plain, Fingerprint evaluation, Fingerprint training) {
    static Weights of(Module module) {
      ModuleState state = ModuleState.of(module);
      try {
        Fingerprint plain = plain(state);
        return new Weights(state, plain, plain.and("evaluation"), plain.and("training"));
      } catch (RuntimeException | Error e) {
        state.close();
        throw e;
      }
    }

    /** After a look that saw no change: reads everything. */
    boolean isUnchanged() {
      return state.isOnHost() ? state.areAllBytesUnchanged() : plain(state).equals(plain);
    }

    static Fingerprint plain(ModuleState state) {
      return Fingerprint.ofWeights(state.tensors(), PyTorch.tensors()).and(state.layers());
    }
  }

  /** What a look is asked for. */
  interface Reading<R> {
    R of(Weights weights);
  }

  ModuleWatch(Module module) {
    this.module = module;
  }

  Sightings sightings() {
    return sightings;
  }

  /**
   * Looks, and reads something of the weights before anybody can let go of them.
   *
   * @param whole whether to read all of the weights
   * @throws IllegalArgumentException if the module is closed
   */
  <R> R look(boolean whole, Reading<R> reading) {
    int before = lock.getHoldCount();
    try {
      lock.lock(); // in here: it may throw with the lock taken where there is no memory
      if (Pointer.isNull(module)) {
        release();
      }
      ModuleState.requireOpen(module);
      long look = sightings.looks() + 1;
      Weights weights = last;
      if (weights == null) {
        weights = begin(look);
      } else {
        weights = look(weights, whole, look);
      }
      return reading.of(weights);
    } finally {
      unlock(before);
    }
  }

  private Weights look(Weights weights, boolean whole, long look) {
    ModuleState.Change change = weights.state().look();
    if (change == null && whole) {
      boolean isSame = weights.isUnchanged();
      change =
          isSame ? null : new ModuleState.Change(true, "a full look saw other weights than before");
    }
    if (change != null) {
      return changed(weights, change, look);
    }
    boolean isConfirmed = whole || weights.state().isTurnComplete();
    Sightings before = sightings;
    long unconfirmed = before.firstUnconfirmed();
    if (isConfirmed) {
      // all that was read since the turn began was as it should be
      unconfirmed = (whole ? look : turnStart) + 1;
      turnStart = look + 1;
    }
    if (whole) {
      weights.state().restartTurn();
    }
    sightings =
        new Sightings(
            before.changes(),
            before.lateChanges(),
            before.untold(),
            look,
            unconfirmed,
            before.lastLate());
    return weights;
  }

  private Weights changed(Weights weights, ModuleState.Change change, long look) {
    last = null;
    ModuleState state = weights.state();
    // A change that is seen at once may come after one that was missed.
    ModuleState.Change missed =
        change.isLate() || state.looksPerTurn() == 1 ? change : state.unverified();
    Sightings before = sightings;
    boolean isLate = missed != null && state.looksPerTurn() > 1;
    boolean isAnother = missed != null && !missed.what().equals(change.what());
    boolean isTold = isLate && (change.isLate() || missed.isLate() && isAnother);
    sightings =
        new Sightings(
            before.changes() + 1,
            before.lateChanges() + (isLate ? 1 : 0),
            before.untold() + (isLate && !isTold ? 1 : 0),
            before.looks(),
            before.firstUnconfirmed(),
            isTold ? (change.isLate() ? change : missed).what() : before.lastLate());
    state.close();
    return begin(look);
  }

  private Weights begin(long look) {
    Weights weights = Weights.of(module);
    last = weights;
    turnStart = look + 1;
    Sightings before = sightings;
    // Nobody looked since the release: other weights now may have been others for long.
    boolean isOther = released != null && !released.equals(weights.plain());
    boolean isLate = isOther && before.firstUnconfirmed() <= before.looks();
    sightings =
        new Sightings(
            before.changes() + (released == null ? 0 : 1),
            before.lateChanges() + (isLate ? 1 : 0),
            before.untold() + (isLate ? 1 : 0),
            look,
            look + 1,
            before.lastLate());
    released = null;
    return weights;
  }

  /** Whether the module is closed. */
  boolean isOfClosedModule() {
    return Pointer.isNull(module);
  }

  /** Lets go of the module and its weights; the next look reads them again. */
  void release() {
    int before = lock.getHoldCount();
    try {
      lock.lock();
      Weights weights = last;
      last = null;
      if (weights != null) {
        released = weights.plain();
        weights.state().close();
      }
    } finally {
      unlock(before);
    }
  }

  /** Gives back what this thread has taken since it had the lock so often. */
  private void unlock(int before) {
    if (lock.getHoldCount() > before) {
      lock.unlock();
    }
  }
}
