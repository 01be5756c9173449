package io.tensorcache.internal.key;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** The back end in plain Java: always available, any memory. Safe for use by several threads. */
final class JavaRowHasher implements RowHasher {
  private final SpareScratch<RowPolynomials> scratch;

  JavaRowHasher(KeyMaterial material) {
    this(material, TileBlock.fastest());
  }

  JavaRowHasher(KeyMaterial material, Function<KeyMaterial, TileBlock> layout) {
    this.scratch = new SpareScratch<>(() -> new RowPolynomials(material, layout.apply(material)));
  }

  @Override
  public String name() {
    return "JAVA";
  }

  @Override
  public void tch1(HostMemory memory, RowLayout layout, long t0, long t1, long[] out) {
    RowPolynomials polynomials = scratch.take();
    polynomials.startBatch(layout.readBytes(), t0, t1);
    MemoryWindow window = new MemoryWindow(memory);
    if (layout.isRowContiguous()) {
      for (int row = 0; row < layout.rows(); row++) {
        absorbContiguous(
            polynomials, window, layout.firstByte() + row * layout.rowStride(), layout.readBytes());
        polynomials.finish(out, 2 * row);
      }
      scratch.giveBack(polynomials);
      return;
    }
    RowReader reader = new RowReader(window, layout);
    Buffer view = polynomials.block.viewOf(reader.bytes);
    for (int row = 0; row < layout.rows(); row++) {
      reader.start(row);
      for (int bytes = reader.next(); bytes > 0; bytes = reader.next()) {
        polynomials.block.load(view, 0, bytes / Long.BYTES);
        if (bytes % KeyMaterial.PAD_BYTES != 0) {
          pad(polynomials.block, reader.bytes, 0, bytes);
        }
        polynomials.absorb(bytes);
      }
      polynomials.finish(out, 2 * row);
    }
    scratch.giveBack(polynomials);
  }

  @Override
  public void torchcache(HostMemory memory, RowLayout layout, DType dtype, long[] out) {
    RowReader reader = new RowReader(new MemoryWindow(memory), layout);
    for (int row = 0; row < layout.rows(); row++) {
      reader.start(row);
      out[row] = TorchcacheSum.of(reader, dtype);
    }
  }

  /** The two halves of a byte string under tweak 0, before the finaliser. */
  long[] raw(byte[] bytes) {
    RowPolynomials polynomials = scratch.take();
    polynomials.startBatch(bytes.length, 0, 0);
    HostMemory memory = HostMemory.of(ByteBuffer.wrap(bytes));
    absorbContiguous(polynomials, new MemoryWindow(memory), 0, bytes.length);
    long[] halves = polynomials.finishRaw();
    scratch.giveBack(polynomials);
    return halves;
  }

  /** The key of the eight bytes of each word. */
  void keysOfWords(long[] words, int count, long t0, long t1, long[] out) {
    RowPolynomials polynomials = scratch.take();
    polynomials.startBatch(Long.BYTES, t0, t1);
    for (int i = 0; i < count; i++) {
      polynomials.block.set(0, words[i]);
      polynomials.block.set(1, 0);
      polynomials.absorb(Long.BYTES);
      polynomials.finish(out, 2 * i);
    }
    scratch.giveBack(polynomials);
  }

  private static void absorbContiguous(
      RowPolynomials polynomials, MemoryWindow window, long from, long byteCount) {
    for (long at = 0; at < byteCount; at += TileBlock.BYTES) {
      int bytes = (int) Math.min(TileBlock.BYTES, byteCount - at);
      window.read(from + at, polynomials.block, bytes / Long.BYTES);
      if (bytes % KeyMaterial.PAD_BYTES != 0) {
        ByteBuffer source = window.bytes(from + at, bytes);
        pad(polynomials.block, source, window.index(from + at), bytes);
      }
      polynomials.absorb(bytes);
    }
  }

  /** Sets the words from the first incomplete one to the end of the padding. */
  private static void pad(TileBlock block, ByteBuffer source, int index, int bytes) {
    int whole = bytes / Long.BYTES;
    long tail = 0;
    for (int i = bytes - 1; i >= whole * Long.BYTES; i--) {
      tail = tail << 8 | (source.get(index + i) & 0xff);
    }
    for (int word = whole; word < RowPolynomials.paddedWords(bytes); word++, tail = 0) {
      block.set(word, tail);
    }
  }
}
