package io.tensorcache.samples.attention;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One layer of a decoder, for blocks of {@link Decoder#BLOCK} tokens: {@code float32[BLOCK,
 * width]}. Temporaries go to the caller's {@code PointerScope}.
 */
final class DecoderLayer {
  private final int heads;
  private final long width;
  private final Tensor query;
  private final Tensor key;
  private final Tensor value;
  private final Tensor out;
  private final Tensor up;
  private final Tensor down;
  private final Tensor
      future; // float32[BLOCK, BLOCK]: -infinity where a token would see a later one

  /** A layer with random weights, from the generator of PyTorch. */
  DecoderLayer(int width, int heads) {
    this.width = width;
    this.heads = heads;
    this.query = weights(width, width);
    this.key = weights(width, width);
    this.value = weights(width, width);
    this.out = weights(width, width);
    this.up = weights(width, 4L * width);
    this.down = weights(4L * width, width);
    Tensor never =
        torch.full(new long[] {Decoder.BLOCK, Decoder.BLOCK}, new Scalar(Double.NEGATIVE_INFINITY));
    this.future = never.triu(1);
  }

  private static Tensor weights(long inputs, long outputs) {
    return torch.randn(inputs, outputs).mul(new Scalar(Math.sqrt(1.0 / inputs)));
  }

  /** The keys and values of a block. */
  KeysAndValues keysAndValues(Tensor x) {
    Tensor normal = torch.layer_norm(x, width);
    return new KeysAndValues(
        split(normal.matmul(key)).contiguous(), split(normal.matmul(value)).contiguous());
  }

  /**
   * The output for a block.
   *
   * @param seen the keys and values of all blocks up to this one, its own last
   */
  Tensor forward(Tensor x, List<KeysAndValues> seen) {
    TensorVector keys = new TensorVector();
    TensorVector values = new TensorVector();
    for (KeysAndValues block : seen) {
      keys.push_back(block.keys());
      values.push_back(block.values());
    }
    Tensor queries = split(torch.layer_norm(x, width).matmul(query));
    Tensor scores = queries.matmul(torch.cat(keys, 1).mT());
    scores.mul_(new Scalar(1 / Math.sqrt((double) width / heads)));
    scores.narrow(2, scores.size(2) - Decoder.BLOCK, Decoder.BLOCK).add_(future);
    Tensor mixed = scores.softmax(2).matmul(torch.cat(values, 1));
    Tensor attended = x.add(mixed.transpose(0, 1).reshape(-1, width).matmul(out));
    Tensor hidden = torch.layer_norm(attended, width).matmul(up).relu();
    return attended.add(hidden.matmul(down));
  }

  private Tensor split(Tensor rows) {
    return rows.view(-1, heads, width / heads).transpose(0, 1);
  }
}
