package io.tensorcache.dsl

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
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
import io.tensorcache.config.StoreConfig
import io.tensorcache.config.SyncPolicy
import io.tensorcache.config.Tier
import io.tensorcache.config.Weigh
import io.tensorcache.config.WhenBusy
import io.tensorcache.config.WhenFull
import io.tensorcache.tensor.DType
import io.tensorcache.tensor.HostTensor
import java.time.Duration
import java.util.concurrent.atomic.AtomicInteger

class TensorCacheDslSpec :
  FunSpec({
    test("every option reaches the configuration") {
      val parent = tempdir().toPath()
      tensorCache("all") {
          level = CacheLevel.HEAVY
          tiers {
            heap(8.MiB)
            offHeap(16.MiB)
            disk(32.MiB, parent)
            whenFull = WhenFull.KEEP_FIRST
            compression = Compression.NONE
          }
          keys {
            keyAlgorithm = KeyAlgorithm.TORCHCACHE
            keyBackend = KeyBackend.JAVA
            samplesPerRow = 100
            salt = ByteArray(32)
          }
          store {
            directory = parent
            limit = 2.GiB
            whenFull = WhenFull.KEEP_FIRST
            sync = SyncPolicy.INTERVAL
            interval = Duration.ofSeconds(2)
            compression = Compression.NONE
            queue = 3.MiB
            whenBusy = WhenBusy.DECLINE
            segment = 4.MiB
            timeToLive = Duration.ofDays(1)
          }
          listener { failure -> error(failure) }
        }
        .use { cache ->
          val config = cache.config()
          config.store() shouldBe
            StoreConfig(
              parent,
              2.GiB,
              WhenFull.KEEP_FIRST,
              SyncPolicy.INTERVAL,
              Duration.ofSeconds(2),
              Compression.NONE,
              3.MiB,
              WhenBusy.DECLINE,
              4.MiB,
              Duration.ofDays(1),
            )
          config.level() shouldBe CacheLevel.HEAVY
          config.heap() shouldBe 8.MiB
          config.offHeap() shouldBe 16.MiB
          config.disk() shouldBe 32.MiB
          config.diskDirectory() shouldBe parent
          config.whenFull() shouldBe WhenFull.KEEP_FIRST
          config.compression() shouldBe Compression.NONE
          config.keyAlgorithm() shouldBe KeyAlgorithm.TORCHCACHE
          config.keyBackend() shouldBe KeyBackend.JAVA
          config.samplesPerRow() shouldBe 100
          config.salted() shouldBe true
        }
    }

    test("what a row is worth reaches the configuration") {
      tensorCache("weighed") { tiers { weigh = Weigh.SECONDS_SAVED } }
        .use { it.config().weigh() shouldBe Weigh.SECONDS_SAVED }
      tensorCache("plain") {}.use { it.config().weigh() shouldBe Weigh.HITS }
    }

    test("a salt may come from a file, which is made") {
      val file = tempdir().toPath().resolve("salt")
      tensorCache("salted") { keys { saltFrom = file } }
        .use { cache -> cache.config().salted() shouldBe true }
      file.toFile().length() shouldBe 32
    }

    test("a function computes each row once") {
      val rows = AtomicInteger()
      tensorCache("rows") { tiers { heap(1.MiB) } }
        .use { cache ->
          val doubled =
            cache.wrap(
              "doubled",
              Fingerprint.version("1"),
              HostTensor.adapter(),
              { probing = false },
            ) { x ->
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
                onPartialMiss = PartialMiss.COMPUTE_MISSING
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

    test("rows of a persisting function are there for the next cache") {
      val parent = tempdir().toPath()
      val rows = AtomicInteger()
      val x = HostTensor.ofRows(arrayOf(floatArrayOf(1f, 2f), floatArrayOf(3f, 4f)))
      repeat(2) { run ->
        tensorCache("persisting") { store { directory = parent } }
          .use { cache ->
            val same =
              cache.wrap(
                "same",
                Fingerprint.version("1"),
                HostTensor.adapter(),
                {
                  persisting = true
                  probing = false
                },
              ) {
                rows.addAndGet(it.spec().dim(0).toInt())
                it
              }
            same(x).floats() shouldBe x.floats()
            cache.flush() shouldBe true
            cache.stats().hitsByTier()[Tier.DURABLE] shouldBe 2L * run
          }
      }
      rows.get() shouldBe 2
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

    test("a sequence is prefetched and handed on") {
      val parent = tempdir().toPath()
      val rows = AtomicInteger()
      repeat(2) {
        tensorCache("sequence") {
            tiers { disk(16.MiB) }
            store { directory = parent }
          }
          .use { cache ->
            val squares =
              cache.wrap(
                "squares",
                Fingerprint.version("1"),
                HostTensor.adapter(),
                { persisting = true },
              ) { x ->
                rows.addAndGet(x.spec().dim(0).toInt())
                x
              }
            val batches =
              (0..4).asSequence().map { HostTensor.ofRows(arrayOf(floatArrayOf(it.toFloat()))) }
            squares.prefetching(batches).map { squares(it).floats().single() }.toList() shouldBe
              listOf(0f, 1f, 2f, 3f, 4f)
          }
      }
      rows.get() shouldBe 5
    }
  })
