package io.tensorcache.dsl

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.tensorcache.Fingerprint
import io.tensorcache.Inputs
import io.tensorcache.Outputs
import io.tensorcache.config.CacheLevel
import io.tensorcache.config.Compression
import io.tensorcache.config.Granularity
import io.tensorcache.config.KeyAlgorithm
import io.tensorcache.config.KeyBackend
import io.tensorcache.config.PartialMiss
import io.tensorcache.config.WhenFull
import io.tensorcache.tensor.DType
import io.tensorcache.tensor.HostTensor
import java.util.concurrent.atomic.AtomicInteger

class TensorCacheDslSpec :
  FunSpec({
    test("every option reaches the configuration") {
      tensorCache("all") {
          level = CacheLevel.HEAVY
          tiers {
            heap(8.MiB)
            offHeap(16.MiB)
            whenFull = WhenFull.KEEP_FIRST
            compression = Compression.NONE
          }
          keys {
            keyAlgorithm = KeyAlgorithm.TORCHCACHE
            keyBackend = KeyBackend.JAVA
            samplesPerRow = 100
            salt = ByteArray(32)
          }
          listener { failure -> error(failure) }
        }
        .use { cache ->
          val config = cache.config()
          config.level() shouldBe CacheLevel.HEAVY
          config.heap() shouldBe 8.MiB
          config.offHeap() shouldBe 16.MiB
          config.whenFull() shouldBe WhenFull.KEEP_FIRST
          config.compression() shouldBe Compression.NONE
          config.keyAlgorithm() shouldBe KeyAlgorithm.TORCHCACHE
          config.keyBackend() shouldBe KeyBackend.JAVA
          config.samplesPerRow() shouldBe 100
          config.salted() shouldBe true
        }
    }

    test("a function computes each row once") {
      val rows = AtomicInteger()
      tensorCache("rows") { tiers { heap(1.MiB) } }
        .use { cache ->
          val doubled =
            cache.wrap("doubled", Fingerprint.version("1"), HostTensor.adapter()) { x ->
              rows.addAndGet(x.spec().dim(0).toInt())
              HostTensor.ofFloats(
                FloatArray(x.floats().size) { i -> 2 * x.floats()[i] },
                *x.spec().shape(),
              )
            }
          val x = HostTensor.ofRows(arrayOf(floatArrayOf(1f, 2f), floatArrayOf(3f, 4f)))
          for (epoch in cache.epochs(1..3)) {
            doubled(x).floats() shouldBe floatArrayOf(2f, 4f, 6f, 8f)
            epoch.stats().hitRate() shouldBe if (epoch.number() == 1) 0.0 else 1.0
          }
          rows.get() shouldBe 2
        }
    }

    test("options of a function are set in its block") {
      tensorCache("operation") { tiers { heap(1.MiB) } }
        .use { cache ->
          val sum =
            cache.wrapOperation(
              "sum",
              Fingerprint.version("1"),
              HostTensor.adapter(),
              {
                level = CacheLevel.LIGHT
                storeAs = DType.BFLOAT16
                granularity = Granularity.WHOLE
                onPartialMiss = PartialMiss.RECOMPUTE_BATCH
              },
            ) { inputs ->
              val values = inputs.tensor("x").floats()
              Outputs.of(
                HostTensor.ofFloats(floatArrayOf(values.sum() * (inputs.argument("k") as Int)), 1)
              )
            }
          val call =
            Inputs.none<HostTensor>()
              .and("x", HostTensor.ofFloats(floatArrayOf(1f, 2f, 3f), 3))
              .with("k", 2)
          sum(call).tensor(0).floats() shouldBe floatArrayOf(12f)
          sum(call).tensor(0).floats() shouldBe floatArrayOf(12f)
          cache.stats().hits() shouldBe 1
        }
    }

    test("an option set twice is refused with both values") {
      shouldThrow<IllegalStateException> {
          tensorCache("twice") {
            tiers {
              heap(1.MiB)
              heap(2.MiB)
            }
          }
        }
        .message shouldContain "1 MiB and 2 MiB"
    }

    test("null is refused by name") {
      shouldThrow<IllegalArgumentException> { tensorCache("null") { level = null } }
        .message shouldContain "level"
    }
  })
