// Trains a linear head on the features of a frozen network, which are cached row by row.
//   samples/run script samples/scripts/train.main.kts [epochs]

import io.tensorcache.dsl.MiB
import io.tensorcache.dsl.epochs
import io.tensorcache.dsl.invoke
import io.tensorcache.dsl.tensorCache
import io.tensorcache.pytorch.cached
import io.tensorcache.samples.digits.Backbone
import io.tensorcache.samples.digits.Digits
import io.tensorcache.samples.digits.Head
import org.bytedeco.javacpp.PointerScope
import org.bytedeco.pytorch.global.torch

val epochs = args.firstOrNull()?.toInt() ?: 4
torch.set_num_threads(1)

val train = Digits.train()
val heldOut = Digits.heldOut()
val backbone = Backbone(1)
val head = Head(Backbone.FEATURES.toLong(), 1)

tensorCache("digits") {
    tiers {
      heap(64.MiB)
      offHeap(64.MiB)
    }
  }
  .use { cache ->
    val features = backbone.module().cached(cache, "backbone", backbone::forward)
    for (epoch in cache.epochs(1..epochs)) {
      var loss = 0.0
      PointerScope().use { // frees the tensors of the epoch
        for (rows in torch.randperm(train.count().toLong()).split(64).get()) {
          val images = train.images().index_select(0, rows)
          val labels = train.labels().index_select(0, rows)
          loss += head.step(features(images), labels) * rows.numel() / train.count()
        }
      }
      val hitRate = epoch.stats().hitRate()
      println("epoch %d: loss %.4f, hit rate %.0f %%".format(epoch.number(), loss, 100 * hitRate))
    }
    val correct = head.countCorrect(features(heldOut.images()), heldOut.labels())
    println("accuracy on held-out digits: %.4f".format(correct.toDouble() / heldOut.count()))
    println(cache.stats())
  }
