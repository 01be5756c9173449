package io.tensorcache.dsl

import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.shouldBe
import io.tensorcache.Fingerprint
import io.tensorcache.RowStore
import io.tensorcache.store.RowSelection
import io.tensorcache.tensor.HostTensor

/** Warming up and looking at a store read the same in Kotlin. */
class StoreSpec :
  FunSpec({
    test("a warmed function's rows are in the store") {
      val parent = tempdir().toPath()
      fun batches() =
        generateSequence(0) { it + 1 }
          .take(4)
          .map { i ->
            HostTensor.ofRows(arrayOf(floatArrayOf(i.toFloat()), floatArrayOf(i + 0.5f)))
          }
      tensorCache("kotlin") {
          tiers { heap(1.MiB) }
          store { directory = parent }
        }
        .use { cache ->
          val same =
            cache.wrap(
              "same",
              Fingerprint.version("1"),
              HostTensor.adapter(),
              options = { persisting = true },
            ) {
              it
            }
          val told = mutableListOf<Long>()
          val first = same.warm(batches().take(2)) { told += it.rows() }
          told shouldBe listOf(2L, 4L)
          first.computed() shouldBe 4
          val second = same.warm(batches())
          second.found() shouldBe 4
          second.computed() shouldBe 4
          second.isSafe shouldBe true
          same.warm(batches().toList()).found() shouldBe 8
          cache.store().functions().single().rows() shouldBe 8
        }
      RowStore.open(parent, "kotlin").use { store ->
        store.verify {}.isSound shouldBe true
        store.wouldPrune(RowSelection.ofFunction("same")).rows() shouldBe 8
      }
    }
  })
