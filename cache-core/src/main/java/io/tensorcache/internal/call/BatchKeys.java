package io.tensorcache.internal.call;

import io.tensorcache.internal.key.KeyPlan;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.rows.Group;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;

/** The keys of the rows of one call. Confined to one thread. */
final class BatchKeys {
  private final int rows;
  private final KeyPlan plan;
  private final long[] digests; // [input][row][2]
  private final TensorKey[] keys;
  private final int[] firstOf;
  private final int distinct;

  private BatchKeys(int rows, KeyPlan plan, long[] digests, long[] combined) {
    this.rows = rows;
    this.plan = plan;
    this.digests = digests;
    this.keys = new TensorKey[rows];
    for (int row = 0; row < rows; row++) {
      keys[row] = new TensorKey(combined[2 * row], combined[2 * row + 1]);
    }
    this.firstOf = new int[rows];
    this.distinct = findDuplicates();
  }

  /**
   * The keys of the rows of these inputs of a function. Counts the time but for what is set up
   * once: the hasher of a device, the plan of a new kind of call.
   */
  static <T> BatchKeys of(WrappedFunction<T> function, Group group, InputBatch<T> batch) {
    Functions functions = function.functions();
    functions.keys().setUp(batch.views());
    long start = System.nanoTime();
    KeyPlan plan = function.state().plan(group.fingerprint().digest(), batch);
    if (plan == null) {
      plan = function.state().newPlan(kind(function, group, batch), functions.keys());
      start = System.nanoTime();
    }
    BatchKeys keys = of(functions.keys(), plan, batch.views(), batch.rows());
    functions.recorder().keyNanos.add(System.nanoTime() - start);
    return keys;
  }

  private static KeyPlan.Kind kind(WrappedFunction<?> function, Group group, InputBatch<?> batch) {
    return new KeyPlan.Kind(
        function.functions().state().config().keyAlgorithm(),
        function.state().name(),
        group.fingerprint().digest(),
        function.settings().granularity(),
        List.copyOf(batch.inputs().tensors().keySet()),
        batch.views().stream().map(view -> view.spec().row()).toList(),
        KeyPlan.Arguments.of(batch.inputs().arguments()));
  }

  static BatchKeys of(RowKeys hasher, KeyPlan plan, List<TensorView> inputs, int rows) {
    long[] digests = new long[2 * rows * inputs.size()];
    hasher.digests(inputs, plan.tweaks(), rows, digests);
    return new BatchKeys(rows, plan, digests, combine(hasher, digests, inputs.size(), rows));
  }

  private static long[] combine(RowKeys hasher, long[] digests, int inputs, int rows) {
    if (inputs == 1) {
      return digests;
    }
    long[] combined = new long[2 * rows];
    hasher.combine(digests, inputs, rows, combined);
    return combined;
  }

  private int findDuplicates() {
    int mask = Integer.highestOneBit(Math.max(1, rows)) * 4 - 1;
    int[] table = new int[mask + 1];
    int count = 0;
    for (int row = 0; row < rows; row++) {
      int slot = keys[row].hashCode() & mask;
      while (table[slot] != 0 && !keys[table[slot] - 1].equals(keys[row])) {
        slot = (slot + 1) & mask;
      }
      if (table[slot] == 0) {
        table[slot] = row + 1;
        count++;
      }
      firstOf[row] = table[slot] - 1;
    }
    return count;
  }

  /** Rows without the copies of earlier rows. */
  int distinct() {
    return distinct;
  }

  /** The keys of those, in their order. */
  List<TensorKey> distinctKeys() {
    List<TensorKey> all = new ArrayList<>(distinct);
    for (int row = 0; row < rows; row++) {
      if (firstOf[row] == row) {
        all.add(keys[row]);
      }
    }
    return all;
  }

  RowList distinctRows() {
    RowList list = new RowList();
    for (int row = 0; row < rows; row++) {
      if (firstOf[row] == row) {
        list.add(row);
      }
    }
    return list;
  }

  TensorKey key(int row) {
    return keys[row];
  }

  /** The first row with the same key; {@code row} itself if there is no earlier one. */
  int firstOf(int row) {
    return firstOf[row];
  }

  /**
   * The keys that these rows would have under another fingerprint, without reading the data again.
   */
  TensorKey[] under(RowKeys hasher, TensorKey other, int[] wanted) {
    KeyPlan otherPlan = KeyPlan.of(hasher, plan.kind().withFingerprint(other));
    int inputs = plan.tweaks().size();
    long[] moved = new long[2 * wanted.length * inputs];
    long[] picked = new long[2 * wanted.length];
    for (int input = 0; input < inputs; input++) {
      for (int i = 0; i < wanted.length; i++) {
        System.arraycopy(digests, 2 * (rows * input + wanted[i]), picked, 2 * i, 2);
      }
      long[] out = new long[picked.length];
      hasher.rebase(
          picked, wanted.length, plan.tweaks().get(input), otherPlan.tweaks().get(input), out);
      System.arraycopy(out, 0, moved, picked.length * input, picked.length);
    }
    long[] combined = combine(hasher, moved, inputs, wanted.length);
    TensorKey[] result = new TensorKey[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      result[i] = new TensorKey(combined[2 * i], combined[2 * i + 1]);
    }
    return result;
  }
}
