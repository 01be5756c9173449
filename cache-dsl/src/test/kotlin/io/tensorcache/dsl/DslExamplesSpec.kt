package io.tensorcache.dsl

import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.shouldBe
import io.tensorcache.CachedFunction
import io.tensorcache.Fingerprint
import io.tensorcache.Inputs
import io.tensorcache.Outputs
import io.tensorcache.config.CacheLevel
import io.tensorcache.config.Compression
import io.tensorcache.config.KeyBackend
import io.tensorcache.config.WhenFull
import io.tensorcache.error.TensorCacheException
import io.tensorcache.tensor.DType
import io.tensorcache.tensor.HostTensor

/** The examples in the comments of caches and functions, run. */
class DslExamplesSpec :
  FunSpec({
    val files = tempdir().toPath()
    val adapter = HostTensor.adapter()
    val x = HostTensor.ofRows(arrayOf(floatArrayOf(1f, 2f), floatArrayOf(3f, 4f)))

    fun slowSquares(x: HostTensor): HostTensor =
      HostTensor.ofFloats(x.floats().map { it * it }.toFloatArray(), *x.spec().shape())

    test("a cache") {
      // begin: dsl-cache
      val cache =
        tensorCache("features") {
          level = CacheLevel.HEAVY
          tiers { heap(64.MiB) }
          keys { keyBackend = KeyBackend.JAVA }
          store { limit = 1.GiB }
        }
      // end: dsl-cache
      cache.config().level() shouldBe CacheLevel.HEAVY
      cache.close()
    }

    test("tiers") {
      // begin: dsl-tiers
      val cache =
        tensorCache("features") {
          tiers {
            heap(64.MiB)
            offHeap(16.MiB)
            disk(32.MiB, files) // scratch: it goes with the program
            whenFull = WhenFull.EVICT
            compression = Compression.NONE
          }
        }
      // end: dsl-tiers
      cache.config().offHeap() shouldBe 16.MiB
      cache.close()
    }

    test("device tier") {
      // begin: dsl-device
      val cache =
        tensorCache("features") {
          tiers {
            device(512.MiB) // of each CUDA device
            deviceReserve(1.GiB) // left to others on it
          }
        }
      // end: dsl-device
      cache.config().deviceReserve() shouldBe 1.GiB
      cache.close()
    }

    test("keys") {
      // begin: dsl-keys
      val cache = tensorCache("features") { keys { saltFrom = files.resolve("salt") } }
      // end: dsl-keys
      cache.config().salted() shouldBe true
      cache.close()
    }

    test("store") {
      // begin: dsl-store
      val cache =
        tensorCache("features") {
          store {
            directory = files // the rows lie in files/features
            limit = 1.GiB
          }
        }
      val squares =
        cache.wrap("squares", Fingerprint.version("1"), adapter, { persisting = true }) {
          slowSquares(it)
        }
      // end: dsl-store
      squares(x)
      cache.flush() shouldBe true
      cache.store().functions().map { it.rows() } shouldBe listOf(2)
      cache.close()
    }

    test("listener") {
      val failures = mutableListOf<TensorCacheException>()
      // begin: dsl-listener
      val cache = tensorCache("features") { listener { failure -> failures += failure } }
      // end: dsl-listener
      failures shouldBe listOf()
      cache.close()
    }

    test("functions") {
      tensorCache("features").use { cache ->
        // begin: dsl-wrap
        val squares =
          cache.wrap(
            "squares",
            Fingerprint.version("1"),
            adapter,
            options = { storeAs = DType.FLOAT16 },
          ) {
            slowSquares(it)
          }
        val result = squares(x) // as apply(x)
        // end: dsl-wrap
        result.floats().toList() shouldBe listOf(1f, 4f, 9f, 16f)
      }
    }

    test("operations") {
      tensorCache("features").use { cache ->
        // begin: dsl-wrap-operation
        val squares =
          cache.wrapOperation("squares", Fingerprint.version("1"), adapter) { inputs ->
            val sample = inputs.tensor("sample")
            Outputs.of(sample).and("square", slowSquares(sample))
          }
        val outputs = squares(Inputs.none<HostTensor>().and("sample", x))
        val square = outputs.tensor("square")
        // end: dsl-wrap-operation
        square.floats().toList() shouldBe listOf(1f, 4f, 9f, 16f)
      }
    }

    test("checks") {
      tensorCache("features").use { cache ->
        // begin: dsl-checks
        val squares =
          cache.wrap(
            "squares",
            Fingerprint.version("1"),
            adapter,
            options = {
              verifying(fraction = 0.01, tolerance = 1e-5) // of the largest magnitude in a row
              probing(tolerance = 1e-3)
            },
          ) {
            slowSquares(it)
          }
        // end: dsl-checks
        squares(x).floats().toList() shouldBe listOf(1f, 4f, 9f, 16f)
      }
    }

    test("epochs and batches") {
      tensorCache("features").use { cache ->
        val rates = mutableListOf<Double>()
        val squares: CachedFunction<HostTensor> =
          cache.wrap("squares", Fingerprint.version("1"), adapter) { slowSquares(it) }
        // begin: dsl-warm
        val batches = sequenceOf(x, x)
        val done = squares.warm(batches) { soFar -> println("${soFar.rows()} rows") }
        // end: dsl-warm
        done.computed() shouldBe 2
        // begin: dsl-epochs
        for (epoch in cache.epochs(1..3)) {
          for (batch in squares.prefetching(batches)) { // reads ahead where rows lie on disk
            squares(batch)
          }
          rates += epoch.stats().hitRate()
        }
        // end: dsl-epochs
        rates shouldBe listOf(1.0, 1.0, 1.0)
      }
    }

    test("sizes") {
      // begin: dsl-sizes
      val heap = 64.MiB
      val same = 65_536.KiB
      val store = 1.GiB // 2^30 bytes
      // end: dsl-sizes
      heap shouldBe same
      store shouldBe 1024.MiB
    }
  })
