package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary context of a device, from when it was found until it is lost. It is current only
 * while a method runs; the caller's stays what it was. Safe for use by several threads.
 */
final class DeviceContext {
  private static final Logger log = LoggerFactory.getLogger(DeviceContext.class);

  private static final int IS_DESTROYED = 709;

  /** Results after which a context does not come back: destroyed, or a kernel of anyone failed. */
  private static final Set<Integer> LOST =
      Set.of(4, 201, 214, 220, 226, 700, 702, IS_DESTROYED, 710, 714, 715, 716, 717, 718, 719, 999);

  private final int ordinal;
  private final long handle;
  private final ContextLife life;
  private volatile boolean lost;

  /** Retains it. */
  DeviceContext(int ordinal) {
    this.ordinal = ordinal;
    this.handle = Driver.retainPrimary(ordinal);
    Driver.push(handle);
    try {
      this.life = new ContextLife();
    } finally {
      Driver.pop();
    }
  }

  boolean isLost() {
    return lost;
  }

  /**
   * Makes it current.
   *
   * @throws DeviceException if it is not the one that it was: nothing of ours is there any more
   */
  void enter() {
    push();
    try {
      requireLife();
    } catch (RuntimeException | Error e) {
      leave();
      throw e;
    }
  }

  /** The same where nothing of ours is used. */
  void push() {
    guarded(() -> Driver.push(handle));
  }

  /** Called with the context current. */
  void requireLife() {
    if (lost || guarded(life::isOver)) {
      lost = true;
      throw new DeviceException(
          "device "
              + ordinal
              + " lost its context and all memory in it: CUDA_ERROR_CONTEXT_IS_DESTROYED (709)",
          IS_DESTROYED);
    }
  }

  /** Makes current what was so before. */
  void leave() {
    try {
      Driver.pop();
    } catch (DeviceException e) {
      lost = true; // what made it fail is thrown already, or the next call will tell
    }
  }

  /** Calls with the context current. */
  <R extends @Nullable Object> R with(Supplier<R> call) {
    enter();
    try {
      return guarded(call);
    } finally {
      leave();
    }
  }

  /** Calls where it is current, and notes if it is lost. */
  void guarded(Runnable call) {
    guarded(
        () -> {
          call.run();
          return true;
        });
  }

  /** The same. */
  <R extends @Nullable Object> R guarded(Supplier<R> call) {
    try {
      return call.get();
    } catch (DeviceException e) {
      if (LOST.contains(e.code())) {
        lost = true;
      }
      throw e;
    }
  }

  /** Runs a clean-up whose failure changes nothing: with the context, its memory is gone too. */
  void tryWith(Runnable cleanUp) {
    if (lost) {
      return;
    }
    try {
      enter();
      try {
        guarded(cleanUp);
      } finally {
        leave();
      }
    } catch (DeviceException e) {
      log.debug("clean-up: {}", e.getMessage());
    }
  }
}
