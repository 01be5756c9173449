package io.tensorcache.samples.frozen

import io.tensorcache.CachedFunction
import io.tensorcache.TensorCache
import io.tensorcache.config.CacheLevel
import io.tensorcache.dsl.tensorCache
import io.tensorcache.pytorch.cached
import io.tensorcache.samples.digits.Backbone
import org.bytedeco.pytorch.Tensor
import picocli.CommandLine.Command

/** The training with the DSL. */
@Command(
  name = "frozen-kotlin",
  description = ["The same program as frozen, written in Kotlin with the DSL."],
  mixinStandardHelpOptions = true,
  showDefaultValues = true,
  sortOptions = false,
)
class FrozenKotlin : Training() {
  override fun openCache(): TensorCache =
    tensorCache("frozen") {
      tiers {
        heap(options.heap)
        offHeap(options.offHeap)
      }
      options.directory?.let { store { directory = it } }
    }

  override fun cached(cache: TensorCache, backbone: Backbone): CachedFunction<Tensor> =
    backbone.module().cached(cache, "backbone", backbone::forward) {
      level = CacheLevel.NORMAL
      persisting = options.directory != null
    }
}
