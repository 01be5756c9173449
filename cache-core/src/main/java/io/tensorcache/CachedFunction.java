package io.tensorcache;

import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.internal.call.CachedCall;
import io.tensorcache.internal.call.NamedTensors;
import io.tensorcache.internal.call.PrefetchingIterator;
import io.tensorcache.internal.call.WarmRun;
import io.tensorcache.internal.call.WrappedFunction;
import io.tensorcache.internal.rows.CacheState;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.stats.WarmUp;
import java.lang.ref.Reference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A function whose outputs are cached row by row. Safe for use by several threads, if the function
 * is.
 *
 * <p>A call computes the keys of all rows, serves those that are stored, and calls the function
 * once for the distinct rows that are not. A row that several threads ask for at the same time is
 * computed once. (A cached function that is called from inside another does not wait for other
 * threads, so that two of them cannot wait for each other.)
 *
 * <p>What a call returns is a fresh tensor, owned by the caller, in the engine and on the device of
 * the first input; it shares memory with nothing. The inputs stay the caller's and are only read.
 * Nothing is copied but rows. Tensors on a device are used in the stream that the adapter names: a
 * result is complete for what follows in that stream, and the call does not wait for it.
 *
 * <p>Where a device or its driver fails, the listener is told and the function runs by itself.
 * <!-- region: cached-function, from FunctionExamplesTest.java -->
 *
 * <pre>{@code
 * HostTensor result = squares.apply(batch); // a fresh tensor, owned by the caller
 * for (HostTensor next : squares.prefetching(batches)) { // reads ahead where rows lie on disk
 *   seen.add(squares.apply(next));
 * }
 * boolean isUnchanged = squares.recheck(); // reads all again that the fingerprint stands for
 * squares.close(); // lets go of what is watched for changes; the rows stay
 * }</pre>
 *
 * @param <T> the engine's tensor type
 */
public final class CachedFunction<T> implements AutoCloseable {
  private final WrappedFunction<T> function;
  private final CacheState state;
  private volatile boolean closed;
  private @Nullable Group used; // of the last call; a race costs a look more

  CachedFunction(WrappedFunction<T> function) {
    this.function = function;
    this.state = function.functions().state();
  }

  /** Other code may have served these rows before: looked at when the group changes. */
  private void uses(Group group) {
    if (group != used) {
      used = group;
      function.functions().use().begins(function.state(), group, function.operation());
    }
  }

  /** Returns the name given to {@code wrap}. */
  public String name() {
    return function.state().name();
  }

  /**
   * Returns the output for one tensor, {@code [rows, ...]} to {@code [rows, ...]}. Throws what the
   * function throws, checked exceptions included.
   *
   * @throws io.tensorcache.error.FunctionContractException if the function's output does not fit
   *     its input; nothing is stored
   * @throws IllegalArgumentException if the adapter refuses the input
   * @throws IllegalStateException after the cache was closed, or if the function has several
   *     outputs
   */
  public T apply(T input) {
    Outputs<T> outputs = apply(Inputs.of(input));
    if (outputs.tensors().size() != 1) {
      throw new IllegalStateException(
          name()
              + " has "
              + outputs.tensors().size()
              + " outputs "
              + outputs.tensors().keySet()
              + "; call apply(Inputs)");
    }
    return outputs.tensor(0);
  }

  /**
   * Computes and stores the rows that are not stored yet, and returns when they are safe: a
   * persisting function's in the files of the store. Rows that are stored are neither computed nor
   * read again, so a warm-up that was interrupted or killed is continued by doing it again.
   *
   * <p>It ends early, between two batches, if the thread is interrupted, which it stays. What the
   * function or {@code progress} throws ends it too; the rows before are stored.
   *
   * @param batches {@code [rows, ...]} each, taken one at a time; they stay the caller's. An engine
   *     whose tensors must be freed can free a batch when the next one is asked for.
   * @param progress told after each batch what was done so far
   * @return what was done in all
   * @throws IllegalStateException after the cache was closed, or if the cache stores nothing of the
   *     function's level
   */
  public WarmUp warm(Iterable<? extends T> batches, Consumer<? super WarmUp> progress) {
    return warmRun().run(batches, NamedTensors::of, progress);
  }

  /**
   * Computes and stores the rows that are not stored yet, as {@link #warm(Iterable, Consumer)}
   * does, without a report on the way.
   */
  public WarmUp warm(Iterable<? extends T> batches) {
    return warm(batches, done -> {});
  }

  /**
   * Computes and stores the rows that are not stored yet, as {@link #warm(Iterable, Consumer)}
   * does, of an operation on several tensors and arguments.
   */
  public WarmUp warmInputs(
      Iterable<? extends Inputs<T>> batches, Consumer<? super WarmUp> progress) {
    return warmRun().run(batches, Inputs::named, progress);
  }

  /**
   * Reads everything again that the fingerprint stands for, all weights of a module for example, so
   * that any change before this call is seen now. Rows that a change noticed late has made doubtful
   * are dropped, and the listener is told. Call it after a write that the looks at each call see
   * late; {@code ModuleFingerprint} says which.
   *
   * @return true if nothing had changed since the last look
   * @throws IllegalStateException after this or the cache was closed, or as a call throws it
   */
  public boolean recheck() {
    checkOpen();
    return function.watch().recheck();
  }

  /**
   * Lets go of what is held to notice changes of the computation, such as the memory of a module's
   * weights. Stored rows stay. Later calls throw {@link IllegalStateException}; calls under way end
   * well. Closing again does nothing.
   */
  @Override
  public void close() {
    closed = true;
    function.watch().release();
  }

  private void checkOpen() {
    state.checkOpen();
    if (closed) {
      throw new IllegalStateException(
          "the cached function \"" + name() + "\" is closed: close it after its last call");
    }
  }

  private WarmRun<T> warmRun() {
    checkOpen();
    return new WarmRun<>(function);
  }

  /**
   * Returns the outputs for several tensors and arguments. All tensors have the same number of
   * rows. Throws as {@link #apply(Object)} does.
   */
  public Outputs<T> apply(Inputs<T> inputs) {
    checkOpen();
    try {
      CachedCall<T> call = new CachedCall<>(function, inputs.named());
      uses(call.group());
      return new Outputs<>(call.outputs());
    } finally {
      Reference.reachabilityFence(inputs);
    }
  }

  /**
   * Starts reading what the disk tier and the store have of these rows, in the background, so that
   * the next {@link #apply} to the same rows finds them in memory. The tensor is only read before
   * this returns, for its keys. Never waits for a disk and computes nothing; without disk tier and
   * store it does nothing.
   *
   * <p>Reading ahead costs a second copy and time of another core. So the first batches are read in
   * both ways, and where {@code apply} by itself is about as fast, as it is while the operating
   * system holds the files in memory, this does nothing. A few batches in 32 to 256 are read in the
   * other way, to notice what changed.
   *
   * <p>At most 256 MiB, or an eighth of the Java heap, are held for all functions of a cache,
   * outside the Java heap; the oldest batches go. What goes wrong is told to the listener, and the
   * rows are read by {@code apply}.
   *
   * @throws IllegalStateException after the cache was closed
   */
  public void prefetch(T input) {
    prefetch(Inputs.of(input));
  }

  /**
   * Starts reading the rows of several tensors and arguments, as {@link #prefetch(Object)} does for
   * one tensor.
   */
  public void prefetch(Inputs<T> inputs) {
    checkOpen();
    if (!function.places().mayLieOnDisk() || !function.state().aheadPolicy.next()) {
      return;
    }
    long start = System.nanoTime();
    try {
      new CachedCall<>(function, inputs.named()).prefetch(start);
    } catch (RuntimeException e) {
      state.failed(
          e instanceof TensorCacheException known
              ? known
              : new StorageException(name() + " cannot read rows ahead: " + e, e));
    } finally {
      Reference.reachabilityFence(inputs);
    }
  }

  /**
   * Returns these batches, each prefetched while the one before it is in use: an epoch then waits
   * for the disk only where it is slower than what is done with the rows. Each iteration asks the
   * source for one batch more than it has handed out, on the thread that iterates; the source must
   * not use the memory of a batch again before the next but one.
   */
  public Iterable<T> prefetching(Iterable<? extends T> batches) {
    return () -> new PrefetchingIterator<>(batches.iterator(), this::prefetch);
  }
}
