package io.tensorcache.benchmarks.gpu;

import io.tensorcache.internal.device.PinnedBlock;
import io.tensorcache.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Device memory full of random bytes, to be gone through piece by piece. Owned by its engine. */
final class RandomMemory {
  private static final int PIECE_BYTES = 16 << 20;
  private static final int ALIGNMENT = 256;

  private final long address;
  private final long byteCount;

  /** Takes and fills the memory; its content follows from the seed. */
  RandomMemory(CudaTensors engine, long byteCount, long seed) {
    this.address = engine.take(byteCount);
    this.byteCount = byteCount;
    SplittableRandom random = new SplittableRandom(seed);
    for (long done = 0; done < byteCount; done += PIECE_BYTES) {
      int piece = (int) Math.min(PIECE_BYTES, byteCount - done);
      try (PinnedBlock staged = engine.device().pinned(piece)) {
        ByteBuffer bytes = staged.slice(0, piece);
        while (bytes.remaining() >= Long.BYTES) {
          bytes.putLong(random.nextLong());
        }
        engine.device().upload(staged, address + done, piece, CudaTensors.STREAM);
        engine.await();
      }
    }
  }

  /** The address of piece {@code index} of so many bytes, from the start again after the last. */
  long piece(int index, long pieceBytes) {
    long apart = (pieceBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    long pieces = (byteCount - pieceBytes) / apart + 1;
    if (pieceBytes > byteCount) {
      throw new IllegalArgumentException(pieceBytes + " bytes of " + byteCount);
    }
    return address + index % pieces * apart;
  }

  /** Piece {@code index} as a tensor. */
  CudaTensor tensor(int index, TensorSpec spec) {
    return new CudaTensor(spec, piece(index, spec.byteCount()));
  }
}
