package io.tensorcache.samples.frozen

import io.tensorcache.CachedFunction
import io.tensorcache.TensorCache
import io.tensorcache.config.CacheLevel
import io.tensorcache.dsl.tensorCache
import io.tensorcache.pytorch.cached
import java.util.concurrent.Callable
import org.bytedeco.javacpp.PointerScope
import org.bytedeco.pytorch.Tensor
import picocli.CommandLine.Command
import picocli.CommandLine.Mixin
import picocli.CommandLine.Model.CommandSpec
import picocli.CommandLine.Spec

/** The same program as [Frozen], written with the DSL. */
@Command(
  name = "frozen-kotlin",
  description = ["The same program as frozen, written in Kotlin with the DSL."],
  mixinStandardHelpOptions = true,
  showDefaultValues = true,
  sortOptions = false,
)
class FrozenKotlin : Callable<Int> {
  @Spec private lateinit var spec: CommandSpec

  @Mixin private val options = Options()

  override fun call(): Int {
    val command = spec.commandLine()
    options.check(command, ::openCache)
    PointerScope().use {
      val train = Digits.train()
      val heldOut = Digits.heldOut()
      val trainer = options.trainer(train, heldOut)
      val backbone = options.backbone(options.seed)
      if (options.killAt != null) trainUntilKilled(trainer, backbone)
      val without = trainer.train("without cache", options.onDevice(backbone::forward))
      options.open(command, ::openCache).use { cache ->
        options.fill({ other -> cached(cache, other) }, train, heldOut)
        val features = CachedFeatures(cache, cached(cache, backbone))
        val with = trainer.train("with cache", options.onDevice(features))
        val comparison = Comparison(options, without, with, features.stats(), cache.config())
        options.print(command.out, comparison)
      }
    }
    return 0
  }

  /** Does not return. */
  private fun trainUntilKilled(trainer: Trainer, backbone: Backbone) {
    options.open(spec.commandLine(), ::openCache).use { cache ->
      trainer.train(
        "with cache",
        options.onDevice(options.killing(CachedFeatures(cache, cached(cache, backbone)))),
      )
    }
  }

  private fun openCache(): TensorCache =
    tensorCache("frozen") {
      tiers {
        heap(options.heap)
        offHeap(options.offHeap)
      }
      options.directory?.let { store { directory = it } }
    }

  private fun cached(cache: TensorCache, backbone: Backbone): CachedFunction<Tensor> =
    backbone.module().cached(cache, "backbone", backbone::forward) {
      level = CacheLevel.NORMAL
      persisting = options.directory != null
    }
}
