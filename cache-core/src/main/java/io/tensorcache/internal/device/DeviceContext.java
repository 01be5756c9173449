package io.tensorcache.internal.device;

import io.tensorcache.error.DeviceException;
import java.util.function.Supplier;
import jcuda.driver.CUstreamCaptureMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary context of a device, from when it was found until it is lost. It is current only
 * while a method runs; the caller's stays what it was. Safe for use by several threads.
 */
final class DeviceContext {
  private static final Logger log = LoggerFactory.getLogger(DeviceContext.class);

  private static final int RELAXED = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED;

  private final String device;
  private final long handle;
  private final ContextLife life;
  private volatile boolean lost;

  /** Retains it. */
  DeviceContext(int ordinal, String name) {
    this.device = "device " + ordinal + " " + name;
    this.handle = Driver.retainPrimary(ordinal);
    int before = begin();
    try {
      this.life = new ContextLife();
    } finally {
      leave(before);
    }
  }

  boolean isLost() {
    return lost;
  }

  /**
   * Makes it current.
   *
   * @return what {@link #leave} has to know
   * @throws DeviceException if it is not the one that it was: nothing of ours is there any more
   */
  int enter() {
    int before = begin();
    try {
      requireLife();
      return before;
    } catch (RuntimeException | Error e) {
      leave(before);
      throw e;
    }
  }

  /**
   * The driver takes allocations and queries of events for mistakes while any thread captures a
   * stream into a graph, and ends that capture, unless it is told that this thread knows: nothing
   * of ours belongs to it, and a stream that is captured is refused before it is used.
   */
  private int begin() {
    whereCurrent(() -> Driver.push(handle));
    try {
      return whereCurrent(() -> Driver.exchangeCaptureMode(RELAXED));
    } catch (RuntimeException | Error e) {
      pop();
      throw e;
    }
  }

  /** Calls with it current, where nothing of ours is used and nothing is made or waited for. */
  void look(Runnable call) {
    whereCurrent(() -> Driver.push(handle));
    try {
      whereCurrent(call);
    } finally {
      pop();
    }
  }

  /** Called with the context current. */
  void requireLife() {
    if (lost || whereCurrent(life::isOver)) {
      lost = true;
      throw LostContext.told(device, LostContext.destroyed());
    }
  }

  /** Makes current what was so before. */
  void leave(int before) {
    try {
      Driver.exchangeCaptureMode(before);
    } catch (DeviceException e) {
      log.debug("{}", e.getMessage());
    } finally {
      pop();
    }
  }

  private void pop() {
    try {
      Driver.pop();
    } catch (DeviceException e) {
      lost = true; // what made it fail is thrown already, or the next call will tell
    }
  }

  /** Calls with the context current. */
  <R extends @Nullable Object> R with(Supplier<R> call) {
    int before = enter();
    try {
      return whereCurrent(call);
    } finally {
      leave(before);
    }
  }

  /** Calls where it is current, and notes if it is lost. */
  void whereCurrent(Runnable call) {
    whereCurrent(
        () -> {
          call.run();
          return true;
        });
  }

  /** Calls where it is current, returns what that gives, and notes if it is lost. */
  <R extends @Nullable Object> R whereCurrent(Supplier<R> call) {
    try {
      return call.get();
    } catch (DeviceException e) {
      if (LostContext.isMeantBy(e)) {
        lost = true;
        throw LostContext.told(device, e);
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
      int before = enter();
      try {
        whereCurrent(cleanUp);
      } finally {
        leave(before);
      }
    } catch (DeviceException e) {
      log.debug("clean-up: {}", e.getMessage());
    }
  }
}
