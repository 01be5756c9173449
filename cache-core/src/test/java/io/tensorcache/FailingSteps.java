package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What a call runs that is not ours: methods of the adapter, and the function. One of these steps
 * fails, on the thread that made this, when another thread waits for the call or has ended; or all
 * from that one on, with the same error, as the JVM has one for when no memory is left.
 */
final class FailingSteps {
  private final Thread failing = Thread.currentThread();
  private final CountDownLatch failsNow = new CountDownLatch(1);
  private final Error error;
  private final int failsAt;
  private final boolean isLasting;
  private int count;
  private volatile @Nullable Thread waiting;

  /** A call of which the step of that number fails; true if there was one. */
  interface Attempt {
    boolean failsAt(int step, Error error, boolean isLasting) throws Exception;
  }

  /**
   * Lets every step fail, one call after the other, with each kind of error.
   *
   * @param least steps that there are at least, where all but one succeed
   * @param leastLasting the same where all after it fail too
   */
  static void failEach(int least, int leastLasting, Attempt attempt) throws Exception {
    for (Error error :
        List.of(
            new OutOfMemoryError("injected"),
            new StackOverflowError("injected"),
            new NoClassDefFoundError("injected"))) {
      for (boolean isLasting : new boolean[] {false, true}) {
        int step = 1;
        while (attempt.failsAt(step, error, isLasting)) {
          step++;
        }
        assertTrue(step > (isLasting ? leastLasting : least), "only " + step + " steps");
      }
    }
  }

  FailingSteps(int failsAt, Error error, boolean isLasting) {
    this.failsAt = failsAt;
    this.error = error;
    this.isLasting = isLasting;
  }

  /** Steps count from here on. The task runs on the thread that waits. */
  void begin(Runnable task) {
    Thread thread = new Thread(task, "other");
    waiting = thread;
    thread.start();
  }

  /** For the thread that waits: until the step that fails has come. */
  void awaitFailure() throws InterruptedException {
    failsNow.await();
  }

  /** The call has ended, with or without that step: from here on nothing fails. */
  void end() {
    failsNow.countDown();
    waiting = null;
  }

  /** Steps that there were. */
  int count() {
    return count;
  }

  void step() {
    if (Thread.currentThread() != failing || waiting == null || !fails(++count)) {
      return;
    }
    failsNow.countDown();
    Thread other;
    while ((other = waiting) != null
        && other.getState() != Thread.State.TIMED_WAITING
        && other.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
    throw error;
  }

  private boolean fails(int step) {
    return isLasting ? step >= failsAt : step == failsAt;
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    step();
    try {
      return method.invoke(HostTensor.adapter(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @SuppressWarnings("unchecked")
  TensorAdapter<HostTensor> adapter() {
    return (TensorAdapter<HostTensor>)
        Proxy.newProxyInstance(
            TensorAdapter.class.getClassLoader(),
            new Class<?>[] {TensorAdapter.class},
            (proxy, method, arguments) -> call(method, arguments));
  }
}
