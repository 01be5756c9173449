package io.tensorcache.samples.frozen;

import io.tensorcache.samples.digits.Digits;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Moves each image of a batch by up to two pixels each way, by a random fraction of a pixel: 2^48
 * variants an image, so that none comes twice.
 */
final class Shifts {
  private static final float REACH = 2;
  private static final int BILINEAR = 0;
  private static final int ZEROS = 0;

  private Shifts() {}

  /**
   * A moved copy of {@code images}, {@code float32[n, 1, 32, 32]}, by bilinear interpolation; zeros
   * come in at the edges. The caller owns it.
   */
  static Tensor of(Tensor images, Random random) {
    long count = images.size(0);
    float[] moves = new float[Math.toIntExact(count * 6)];
    for (int i = 0; i < moves.length; i += 6) {
      moves[i] = 1;
      moves[i + 2] = move(random);
      moves[i + 4] = 1;
      moves[i + 5] = move(random);
    }
    Tensor matrices = torch.tensor(moves).view(count, 2, 3);
    Tensor grid =
        torch.affine_grid_generator(
            matrices, new long[] {count, 1, Digits.SIDE, Digits.SIDE}, false);
    return torch.grid_sampler(images, grid, BILINEAR, ZEROS, false);
  }

  /** In units of half an image, as the grid counts. */
  private static float move(Random random) {
    return (2 * random.nextFloat() - 1) * REACH / (Digits.SIDE / 2f);
  }
}
