package io.tensorcache.samples.frozen;

import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Moves each image of a batch by up to one pixel each way, at random: nine variants an image. */
final class Shifts {
  private static final int REACH = 1;

  private Shifts() {}

  /** A moved copy of {@code images}, {@code float32[n, 1, 32, 32]}; zeros come in at the edges. */
  static Tensor of(Tensor images, Random random) {
    Tensor padded = torch.constant_pad_nd(images, REACH, REACH, REACH, REACH);
    TensorVector moved = new TensorVector();
    for (long i = 0; i < images.size(0); i++) {
      int down = random.nextInt(2 * REACH + 1);
      int right = random.nextInt(2 * REACH + 1);
      moved.push_back(
          padded.narrow(0, i, 1).narrow(2, down, Digits.SIDE).narrow(3, right, Digits.SIDE));
    }
    return torch.cat(moved);
  }
}
