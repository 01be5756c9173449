package io.tensorcache.dsl

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.tensorcache.Fingerprint
import io.tensorcache.config.CacheLevel
import io.tensorcache.scope.Retention
import io.tensorcache.tensor.HostTensor
import java.util.concurrent.atomic.AtomicInteger

/** The Kotlin programs of the README and of docs/, between their region marks, run. */
class ReadmeSpec :
  FunSpec({
    val rows = AtomicInteger()

    fun slowSquares(x: HostTensor): HostTensor {
      rows.addAndGet(x.spec().dim(0).toInt())
      return HostTensor.ofFloats(x.floats().map { it * it }.toFloatArray(), *x.spec().shape())
    }

    test("hello") {
      // begin: hello-kotlin
      tensorCache("hello") {
          tiers {
            heap(64.MiB)
            offHeap(256.MiB)
          }
        }
        .use { cache ->
          val squares =
            cache.wrap("squares", Fingerprint.version("1"), HostTensor.adapter()) { x ->
              slowSquares(x)
            }
          val x = HostTensor.ofRows(arrayOf(floatArrayOf(1f, 2f), floatArrayOf(3f, 4f)))
          for (epoch in cache.epochs(1..3)) {
            squares(x)
            println("epoch ${epoch.number()}: ${epoch.stats().hitRate()}")
          }
        }
      // end: hello-kotlin
      rows.get() shouldBe 3 // one of them for the probe
    }

    test("scopes") {
      fun kernelMatrix(x: HostTensor): HostTensor = slowSquares(x)
      val x = HostTensor.ofRows(arrayOf(floatArrayOf(1f, 2f)))
      tensorCache("kernels").use { cache ->
        // begin: scopes-kotlin
        val scope =
          cache.scope("kpca", HostTensor.adapter()) {
            level = CacheLevel.LIGHT
            retention = Retention.WEAK // the same object, while the program holds it
          }
        val k by scope.cached(CacheLevel.LIGHT) { kernelMatrix(x) }
        println(k) // the entry "k", computed once
        scope.level = CacheLevel.NONE // drops what is above, in the children too
        // end: scopes-kotlin
        scope.names() shouldBe listOf()
      }
    }
  })
