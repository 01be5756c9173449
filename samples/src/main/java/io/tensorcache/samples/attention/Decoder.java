package io.tensorcache.samples.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A small decoder of characters with random weights. It works in blocks of {@value #BLOCK} tokens,
 * the last filled up with zeros, so that each product of matrices has the same shape whether the
 * earlier blocks are computed or remembered: PyTorch rounds products of other shapes otherwise.
 * Confined to one thread; temporaries go to the caller's {@code PointerScope}.
 */
final class Decoder {
  /** Tokens a block. */
  static final int BLOCK = 16;

  /** Characters it knows: ASCII. */
  static final int VOCABULARY = 128;

  private final Tensor embedding;
  private final Tensor positions;
  private final List<DecoderLayer> layers = new ArrayList<>();

  /**
   * A decoder whose weights follow from {@code seed}, for texts of up to {@code context} tokens.
   */
  Decoder(int layers, int width, int heads, int context, long seed) {
    torch.manual_seed(seed);
    this.embedding = torch.randn(VOCABULARY, width);
    this.positions = torch.randn(context + BLOCK, width);
    for (int i = 0; i < layers; i++) {
      this.layers.add(new DecoderLayer(width, heads));
    }
  }

  /** Remembers keys and values, or does not. */
  @FunctionalInterface
  interface Memory {
    /**
     * The keys and values of a layer for the block that ends a prefix.
     *
     * @param prefix a whole number of blocks
     * @param compute computes them, if they are not remembered
     */
    KeysAndValues get(int layer, String prefix, Supplier<KeysAndValues> compute);

    /** Remembers nothing. */
    static Memory none() {
      return (layer, prefix, compute) -> compute.get();
    }
  }

  /** The scores {@code float32[VOCABULARY]} of the token after this text. */
  Tensor next(String text, Memory memory) {
    List<List<KeysAndValues>> seen = new ArrayList<>();
    layers.forEach(layer -> seen.add(new ArrayList<>()));
    int full = (text.length() - 1) / BLOCK;
    for (int block = 0; block < full; block++) {
      remember(text.substring(0, (block + 1) * BLOCK), seen, memory);
    }
    Tensor last = remember(text, seen, Memory.none()).get();
    Tensor row = last.select(0, (text.length() - 1) % BLOCK);
    return row.matmul(embedding.t()).div(new Scalar(Math.sqrt(row.size(0))));
  }

  /** Adds the last block of a prefix to what each layer has seen; returns its output, if asked. */
  private Supplier<Tensor> remember(String prefix, List<List<KeysAndValues>> seen, Memory memory) {
    Supplier<Tensor> input = once(() -> embed(prefix));
    for (int i = 0; i < layers.size(); i++) {
      DecoderLayer layer = layers.get(i);
      List<KeysAndValues> blocks = seen.get(i);
      Supplier<Tensor> x = input;
      blocks.add(memory.get(i, prefix, () -> layer.keysAndValues(x.get())));
      input = once(() -> layer.forward(x.get(), blocks));
    }
    return input;
  }

  private Tensor embed(String prefix) {
    int start = (prefix.length() - 1) / BLOCK * BLOCK;
    long[] tokens = new long[BLOCK];
    for (int i = start; i < prefix.length(); i++) {
      tokens[i - start] = prefix.charAt(i);
    }
    return embedding.index_select(0, torch.tensor(tokens)).add(positions.narrow(0, start, BLOCK));
  }

  private static Supplier<Tensor> once(Supplier<Tensor> supplier) {
    return new Supplier<>() {
      private @Nullable Tensor result;

      @Override
      public Tensor get() {
        if (result == null) {
          result = supplier.get();
        }
        return result;
      }
    };
  }
}
