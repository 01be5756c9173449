package io.tensorcache.soak;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The threads of a process of the soak: platform ones, and virtual ones where there are any. */
final class SoakThreads {
  private final List<Thread> threads = new ArrayList<>();
  private final List<SoakWorker> workers = new ArrayList<>();
  private int virtual;

  void start(SoakWorker worker, boolean isVirtual) {
    Thread thread = isVirtual ? virtual(worker) : new Thread(worker, "soak-" + threads.size());
    if (thread == null) {
      return;
    }
    virtual += isVirtual ? 1 : 0;
    workers.add(worker);
    threads.add(thread);
    thread.start();
  }

  /** Null before JDK 21. By reflection, as this is compiled for 17. */
  private static Thread virtual(Runnable task) {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Method unstarted =
          Class.forName("java.lang.Thread$Builder").getMethod("unstarted", Runnable.class);
      return (Thread) unstarted.invoke(builder, task);
    } catch (NoSuchMethodException | ClassNotFoundException e) {
      return null;
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  int virtual() {
    return virtual;
  }

  void interruptOne(Random random) {
    threads.get(random.nextInt(threads.size())).interrupt();
  }

  /** The longest that one of them has been in one call, in seconds. Needs no memory. */
  long secondsStill() {
    long longest = 0;
    for (int i = 0; i < workers.size(); i++) {
      longest = Math.max(longest, workers.get(i).secondsStill());
    }
    return longest;
  }

  /** Lets no worker begin a call, and waits until all are in none; false if one is at the end. */
  boolean rest(long millis) {
    workers.forEach(worker -> worker.toRest(true));
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    boolean isAtRest = false;
    while (!isAtRest && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      isAtRest = workers.stream().allMatch(SoakWorker::isResting);
    }
    return isAtRest;
  }

  void goOn() {
    workers.forEach(worker -> worker.toRest(false));
  }

  /** Waits for all; false if one does not end in time. */
  boolean join(long millis) throws InterruptedException {
    long end = System.currentTimeMillis() + millis;
    for (Thread thread : threads) {
      thread.join(Math.max(1, end - System.currentTimeMillis()));
      if (thread.isAlive()) {
        return false;
      }
    }
    return true;
  }

  /** The stacks of all threads that there are, virtual ones too where the JVM gives them. */
  static void printStacks() {
    Map<Thread, StackTraceElement[]> stacks = Thread.getAllStackTraces();
    stacks.forEach(
        (thread, stack) -> {
          System.out.println("\"" + thread.getName() + "\" " + thread.getState());
          for (StackTraceElement frame : stack) {
            System.out.println("    at " + frame);
          }
        });
    System.out.flush();
  }

  /** The stacks of the workers that stand still, virtual ones too. */
  void printStill(long seconds) {
    for (int i = 0; i < threads.size(); i++) {
      if (workers.get(i).secondsStill() >= seconds) {
        System.out.println("still: " + threads.get(i));
        for (StackTraceElement frame : threads.get(i).getStackTrace()) {
          System.out.println("    at " + frame);
        }
      }
    }
    System.out.flush();
  }
}
