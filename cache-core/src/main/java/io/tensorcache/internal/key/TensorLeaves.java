package io.tensorcache.internal.key;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The leaves of tensors, collected until they are hashed together. Owns the copies of device memory
 * on the host until they are hashed. Confined to one thread.
 */
final class TensorLeaves implements AutoCloseable {
  private static final int LEAVES_OF_JOB = 16;

  /** Of the copies of device memory that are held at once. */
  private static final int PIECE_BYTES = 32 << 20;

  private static final int MAX_COPIES = 16;

  private final List<LeafWork.Job> jobs = new ArrayList<>();
  private final List<HostCopy> copies = new ArrayList<>();
  private long byteCount;
  private long copiedBytes;

  /** The tree of a tensor, complete after {@link #run}. */
  LeafTree add(TensorView tensor) {
    LeafTree tree = new LeafTree(tensor.spec().byteCount());
    if (tree.leafCount() == 0) {
      return tree;
    }
    if (tensor.memory() instanceof HostMemory memory) {
      addOnHost(tree, tensor, memory);
    } else if (tensor.isContiguous()) {
      addPieces(tree, tensor, (DeviceMemory) tensor.memory());
    } else {
      TensorView copy = copied(tensor);
      addOnHost(tree, copy, (HostMemory) copy.memory());
    }
    return tree;
  }

  private void addOnHost(LeafTree tree, TensorView tensor, HostMemory memory) {
    if (tensor.isContiguous()) {
      addRange(tree, 0, memory, tensor.byteOffset(), tree.byteCount());
    } else {
      jobs.add(hasher -> hashStrided(tree, tensor, memory, hasher));
      byteCount += tree.byteCount();
    }
  }

  /** Leaves from {@code first} on, which lie one after another. */
  private void addRange(LeafTree tree, int first, HostMemory memory, long offset, long bytes) {
    int end = first + (int) ((bytes + LeafHasher.LEAF_BYTES - 1) / LeafHasher.LEAF_BYTES);
    for (int from = first; from < end; from += LEAVES_OF_JOB) {
      int begin = from;
      int stop = Math.min(end, from + LEAVES_OF_JOB);
      long start = offset - LeafTree.start(first);
      jobs.add(hasher -> hashRange(tree, begin, stop, memory, start, hasher));
    }
    byteCount += bytes;
  }

  private static void hashRange(
      LeafTree tree, int from, int to, HostMemory memory, long start, LeafHasher hasher) {
    long first = LeafTree.start(from);
    int length = (int) (LeafTree.start(to - 1) - first) + tree.byteCountOf(to - 1);
    ByteBuffer bytes = memory.slice(start + first, length);
    for (int leaf = from; leaf < to; leaf++) {
      bytes.get(hasher.leaf, 0, tree.byteCountOf(leaf));
      tree.hash(leaf, hasher);
    }
  }

  private static void hashStrided(
      LeafTree tree, TensorView tensor, HostMemory memory, LeafHasher hasher) {
    RowLayout layout = RowLayout.of(tensor.asSingleRow(), 1);
    RowReader reader = new RowReader(new MemoryWindow(memory), layout);
    reader.start(0);
    int at = 0;
    int leaf = 0;
    for (int count = reader.next(); count > 0; count = reader.next()) {
      ByteBuffer block = reader.bytes.duplicate().clear().limit(count);
      while (block.hasRemaining()) {
        int part = Math.min(block.remaining(), LeafHasher.LEAF_BYTES - at);
        block.get(hasher.leaf, at, part);
        at += part;
        if (at == LeafHasher.LEAF_BYTES) {
          tree.hash(leaf++, hasher);
          at = 0;
        }
      }
    }
    if (at > 0) {
      tree.hash(leaf, hasher);
    }
  }

  private void addPieces(LeafTree tree, TensorView tensor, DeviceMemory memory) {
    for (long done = 0; done < tree.byteCount(); done += PIECE_BYTES) {
      long bytes = Math.min(PIECE_BYTES, tree.byteCount() - done);
      TensorSpec piece = TensorSpec.of(DType.UINT8, bytes);
      long offset = tensor.byteOffset() + done;
      TensorView copy = copied(TensorView.of(piece, new long[] {1}, memory, offset));
      int first = (int) (done / LeafHasher.LEAF_BYTES);
      addRange(tree, first, (HostMemory) copy.memory(), copy.byteOffset(), bytes);
    }
  }

  private TensorView copied(TensorView onDevice) {
    if (copiedBytes >= PIECE_BYTES || copies.size() == MAX_COPIES) {
      run();
    }
    HostCopy copy = HostCopy.of(onDevice);
    copies.add(copy);
    copiedBytes += onDevice.spec().byteCount();
    return copy.view();
  }

  /** Hashes what was added, and frees the copies. */
  void run() {
    LeafWork.run(jobs, byteCount);
    jobs.clear();
    byteCount = 0;
    close();
  }

  @Override
  public void close() {
    copies.forEach(HostCopy::close);
    copies.clear();
    copiedBytes = 0;
  }
}
