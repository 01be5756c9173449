package io.tensorcache.samples;

import io.tensorcache.CachedFunction;
import io.tensorcache.Epochs;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.pytorch.PyTorch;
import io.tensorcache.samples.digits.Backbone;
import io.tensorcache.samples.digits.Digits;
import io.tensorcache.samples.digits.Head;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Trains a head on cached features of a frozen network. Run it by {@code samples/run train}. */
public final class Train {
  private Train() {}

  /** Prints the loss and the hit rate of each epoch: 4, or as many as the argument says. */
  @SuppressWarnings("try") // the scope frees the tensors of an epoch
  public static void main(String[] args) {
    int epochs = args.length == 0 ? 4 : Integer.parseInt(args[0]);
    torch.set_num_threads(1);
    Digits train = Digits.train();
    Digits heldOut = Digits.heldOut();
    Backbone backbone = new Backbone(1);
    Head head = new Head(Backbone.FEATURES, 1);
    try (TensorCache cache =
        TensorCache.builder("digits")
            .heap(ByteSize.ofMiB(64))
            .offHeap(ByteSize.ofMiB(64))
            .build()) {
      CachedFunction<Tensor> features =
          PyTorch.cached(cache, "backbone", backbone.module(), backbone::forward);
      for (Epochs.Epoch epoch : cache.epochs(1, epochs)) {
        double loss = 0;
        try (PointerScope tensors = new PointerScope()) {
          for (Tensor rows : torch.randperm(train.count()).split(64).get()) {
            Tensor images = train.images().index_select(0, rows);
            Tensor labels = train.labels().index_select(0, rows);
            loss += head.step(features.apply(images), labels) * rows.numel() / train.count();
          }
        }
        double hitRate = 100 * epoch.stats().hitRate();
        print("epoch %d: loss %.4f, hit rate %.0f %%", epoch.number(), loss, hitRate);
      }
      long correct = head.countCorrect(features.apply(heldOut.images()), heldOut.labels());
      print("accuracy on held-out digits: %.4f", (double) correct / heldOut.count());
      System.out.println(cache.stats());
    }
  }

  private static void print(String pattern, Object... values) {
    System.out.println(String.format(Locale.ROOT, pattern, values));
  }
}
