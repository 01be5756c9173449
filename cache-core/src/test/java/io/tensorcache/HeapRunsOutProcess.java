package io.tensorcache;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A program whose heap runs out again and again while its threads use functions, scopes and a
 * store. Ends with 0 if every value was right, every call ended with a value or with an {@code
 * OutOfMemoryError}, nobody waited for ever, and the next program finds what was acknowledged.
 */
final class HeapRunsOutProcess {
  private static final int THREADS = 4;
  private static final int IDS = 300;
  private static final int WIDTH = 40;
  private static final int NAMES = 8;
  private static final int MOST_MET = 10;
  private static final long MOST_HELD_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final AtomicLong outOfMemory = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();
  private final AtomicLong computed = new AtomicLong();
  private final List<Worker> workers = new ArrayList<>();
  private final TensorCache cache;
  private final CachedFunction<HostTensor> function;

  /** Called by the main thread only. */
  private final CachedFunction<HostTensor> kept;

  private final Scope<HostTensor> scope;
  private volatile boolean ended;

  /** What a call ended with that is neither a value nor an {@code OutOfMemoryError}. */
  private volatile @Nullable Throwable unexpected;

  private HeapRunsOutProcess(Path directory) {
    cache =
        TensorCache.builder("heap")
            .heap(ByteSize.ofKiB(256))
            .offHeap(ByteSize.ofMiB(4))
            .store(
                store ->
                    store
                        .directory(directory)
                        .segment(ByteSize.ofKiB(64))
                        .queue(ByteSize.ofKiB(256))
                        .limit(ByteSize.ofMiB(64)))
            .build();
    function = wrap("f");
    kept = wrap("kept");
    scope = cache.scopeBuilder("s", HostTensor.adapter()).level(CacheLevel.TOTAL).open();
  }

  private CachedFunction<HostTensor> wrap(String name) {
    return cache
        .function(name, Fingerprint.version("1"), HostTensor.adapter())
        .persisting(true)
        .wrap(this::compute);
  }

  /** Arguments: directory, how often the heap runs out. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    HeapRunsOutProcess first = new HeapRunsOutProcess(directory);
    List<Long> acknowledged = first.run(Integer.parseInt(arguments[1]));
    HeapRunsOutProcess next = new HeapRunsOutProcess(directory);
    acknowledged.forEach(id -> next.check(next.kept, new long[] {id}));
    within("closing", next::close);
    say("calls that ran out of memory " + first.outOfMemory + ", wrong " + first.wrong);
    say("acknowledged " + acknowledged.size() + ", of those computed again " + next.computed);
    Throwable other = first.unexpected;
    if (other != null) {
      other.printStackTrace(System.out);
    }
    boolean isRight = first.wrong.get() + next.wrong.get() + next.computed.get() == 0;
    boolean ranOut = first.outOfMemory.get() > 0 && !acknowledged.isEmpty();
    System.exit(isRight && ranOut && other == null ? 0 : 1);
  }

  /** Returns which rows of the kept function were acknowledged. */
  private List<Long> run(int rounds) {
    for (int i = 0; i < THREADS; i++) {
      workers.add(new Worker(i));
    }
    for (int id = 0; id < IDS; id++) { // loads the classes
      check(function, new long[] {id});
      checkEntry(id % NAMES);
    }
    workers.forEach(Thread::start);
    List<Long> acknowledged = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      fillHeap(outOfMemory.get());
      awaitProgress("round " + round);
      acknowledge(round, acknowledged);
    }
    long since = System.nanoTime();
    for (long id = rounds; acknowledged.isEmpty(); id++) { // there is memory now
      if (System.nanoTime() - since > PATIENCE_NANOS) {
        hang("a store that keeps nothing", Thread.currentThread());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      acknowledge(id, acknowledged);
    }
    ended = true;
    within("the threads", this::joinAll);
    within("closing", this::close);
    return acknowledged;
  }

  private void acknowledge(long id, List<Long> acknowledged) {
    within("flush() that may tell of a loss, round " + id, cache::flush);
    boolean isKept = keep(id);
    if (within("flush() of round " + id, cache::flush) && isKept) {
      acknowledged.add(id);
    }
  }

  private boolean keep(long id) {
    try {
      check(kept, new long[] {id});
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  private boolean joinAll() throws InterruptedException {
    for (Worker worker : workers) {
      worker.join();
    }
    return true;
  }

  private boolean close() {
    cache.close();
    return true;
  }

  /** Takes all there is until a few calls have met it so, and gives it back. */
  private void fillHeap(long before) {
    Object[] all = {null, null};
    for (int size = 1 << 20; size >= 64; size /= 16) {
      all = more(all, size);
    }
    long since = System.nanoTime();
    while (outOfMemory.get() - before < MOST_MET && System.nanoTime() - since < MOST_HELD_NANOS) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      all = more(all, 64); // what others gave back
    }
  }

  /** Takes blocks of this size until there are no more. */
  private static Object[] more(Object[] before, int size) {
    Object[] all = before;
    try {
      while (true) {
        all = new Object[] {all, new byte[size]};
      }
    } catch (OutOfMemoryError e) {
      return all;
    }
  }

  private void awaitProgress(String when) {
    long since = System.nanoTime();
    for (Worker worker : workers) {
      long calls = worker.calls;
      while (worker.calls == calls) {
        if (System.nanoTime() - since > PATIENCE_NANOS) {
          hang("a call after " + when, worker);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  private static boolean within(String what, Callable<Boolean> part) {
    FutureTask<Boolean> task = new FutureTask<>(part);
    Thread thread = new Thread(task, what);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    } catch (Exception e) {
      e.printStackTrace(System.out);
      hang(what, thread);
      return false;
    }
  }

  private static void hang(String what, Thread thread) {
    say("does not end: " + what);
    for (StackTraceElement frame : thread.getStackTrace()) {
      say("    at " + frame);
    }
    System.exit(3);
  }

  private static void say(String what) {
    System.out.println(what);
    System.out.flush();
  }

  private static long value(long id, int column) {
    return id * 0x9E3779B97F4A7C15L + column;
  }

  private HostTensor compute(HostTensor input) {
    long[] ids = input.longs();
    computed.addAndGet(ids.length);
    long[] values = new long[ids.length * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(ids[i / WIDTH], i % WIDTH);
    }
    return HostTensor.ofLongs(values, ids.length, WIDTH);
  }

  private void check(CachedFunction<HostTensor> of, long[] ids) {
    long[] values = of.apply(HostTensor.ofLongs(ids, ids.length, 1)).longs();
    for (int i = 0; i < values.length; i++) {
      if (values[i] != value(ids[i / WIDTH], i % WIDTH)) {
        wrong.incrementAndGet();
      }
    }
  }

  private void checkEntry(int name) {
    HostTensor entry =
        scope.get("n" + name, () -> HostTensor.ofLongs(new long[] {name, value(name, 0)}, 2));
    long[] values = entry.longs();
    if (values[0] != name || values[1] != value(name, 0)) {
      wrong.incrementAndGet();
    }
  }

  private final class Worker extends Thread {
    private final Random random;
    private volatile long calls;

    Worker(int number) {
      super("worker-" + number);
      setDaemon(true);
      random = new Random(number);
    }

    /** The JVM says so where it has no memory to link a lambda at its first use. */
    private void end(Throwable e) {
      if (e instanceof InternalError && String.valueOf(e).contains("OutOfMemoryError")) {
        outOfMemory.incrementAndGet();
      } else {
        unexpected = e;
      }
    }

    @Override
    public void run() {
      while (!ended) {
        try {
          use();
        } catch (OutOfMemoryError e) {
          outOfMemory.incrementAndGet();
        } catch (Throwable e) {
          end(e);
        }
        calls++;
      }
    }

    private void use() {
      int name = random.nextInt(NAMES);
      switch (random.nextInt(6)) {
        case 0 -> scope.remove("n" + name);
        case 1, 2 -> checkEntry(name);
        default -> {
          long[] ids = new long[1 + random.nextInt(16)];
          for (int i = 0; i < ids.length; i++) {
            ids[i] = random.nextInt(IDS);
          }
          check(function, ids);
        }
      }
    }
  }
}
