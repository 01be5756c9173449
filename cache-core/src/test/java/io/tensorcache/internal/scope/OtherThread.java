package io.tensorcache.internal.scope;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls that another thread makes. */
final class OtherThread {
  private static final long PATIENCE_SECONDS = 30;

  private OtherThread() {}

  /** What a call returns that another thread makes from begin to end. */
  static <V> V call(Callable<V> call) {
    return result(start(call));
  }

  /** Begins a call. */
  static <V> FutureTask<V> start(Callable<V> call) {
    FutureTask<V> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "other");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  /** Begins a call, and returns when its thread waits. */
  static <V> FutureTask<V> startUntilItWaits(Callable<V> call) {
    FutureTask<V> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "waiting");
    thread.setDaemon(true);
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING
        && thread.getState() != Thread.State.WAITING) {
      if (task.isDone()) {
        throw new AssertionError("it did not wait: " + result(task));
      }
      Thread.onSpinWait();
    }
    return task;
  }

  /** What it returned; its failure is thrown as it is. */
  static <V> V result(FutureTask<V> task) {
    try {
      return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
