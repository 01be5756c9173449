package io.tensorcache.samples.attention;

import io.tensorcache.samples.kit.Kept;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A text and what a decoder added to it.
 *
 * @param text all of it
 * @param scores of each added token, which the caller closes
 */
record Continuation(String text, List<Tensor> scores) {
  /** Adds tokens, each drawn by its probability; the draws follow from {@code seed}. */
  @SuppressWarnings("try") // the scope frees the temporaries of a token
  static Continuation of(
      String text, int tokens, long seed, Decoder decoder, Decoder.Memory memory) {
    Random random = new Random(seed);
    StringBuilder all = new StringBuilder(text);
    List<Tensor> scores = new ArrayList<>();
    for (int i = 0; i < tokens; i++) {
      try (PointerScope temporaries = new PointerScope()) {
        Tensor next = Kept.tensor(() -> decoder.next(all.toString(), memory));
        scores.add(next);
        all.append((char) draw(next, random.nextFloat()));
      }
    }
    return new Continuation(all.toString(), scores);
  }

  private static long draw(Tensor scores, float chance) {
    Tensor below = scores.softmax(0).cumsum(0).lt(new Scalar(chance));
    return Math.min(below.sum().item_long(), Decoder.VOCABULARY - 1);
  }

  /** Whether texts and scores are equal to the last bit. */
  static boolean areIdentical(List<Continuation> some, List<Continuation> others) {
    for (int i = 0; i < some.size(); i++) {
      if (!some.get(i).isIdenticalTo(others.get(i))) {
        return false;
      }
    }
    return some.size() == others.size();
  }

  private boolean isIdenticalTo(Continuation other) {
    boolean isIdentical = text.equals(other.text);
    for (int i = 0; isIdentical && i < scores.size(); i++) {
      isIdentical = scores.get(i).equal(other.scores.get(i));
    }
    return isIdentical;
  }
}
