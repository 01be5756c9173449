package io.tensorcache.dsl

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import io.tensorcache.Fingerprint
import io.tensorcache.config.CacheLevel
import io.tensorcache.scope.Retention
import io.tensorcache.tensor.HostTensor
import java.util.concurrent.atomic.AtomicInteger

private fun ones(): HostTensor = HostTensor.ofFloats(floatArrayOf(1f, 1f), 2)

@JvmRecord private data class Stats(val mean: HostTensor, val count: Int)

class ScopeDslSpec :
  FunSpec({
    test("a scope is opened with options and read as in the design") {
      tensorCache("dsl").use { cache ->
        val scope = cache.scope("kpca", HostTensor.adapter()) { level = CacheLevel.LIGHT }
        val calls = AtomicInteger()
        repeat(2) {
          scope
            .get("K", CacheLevel.LIGHT) {
              calls.incrementAndGet()
              ones()
            }
            .floats() shouldBe floatArrayOf(1f, 1f)
        }
        calls.get() shouldBe 1
        scope.get("above", CacheLevel.HEAVY) { ones() }
        scope.names() shouldContainExactly listOf("K")
        scope.level = CacheLevel.NONE
        scope.level shouldBe CacheLevel.NONE
        scope.names() shouldContainExactly listOf()
      }
    }

    test("a persisting entry stays through a reset and goes with a full one") {
      tensorCache("dsl") { store {} }
        .use { cache ->
          val scope =
            cache.scope("s", HostTensor.adapter()) { fingerprint = Fingerprint.version("1") }
          scope.get("statistics", CacheLevel.LIGHT, persisting = true) { ones() }
          scope.reset()
          scope.names() shouldContainExactly listOf("statistics")
          scope.reset(persisting = true, recurse = true)
          scope.names() shouldContainExactly listOf()
          scope.getIfPresent("statistics").shouldBeNull()
        }
    }

    test("a delegate is the entry of its property's name") {
      val cache = tensorCache("dsl")
      val scope = cache.scope("s", HostTensor.adapter()) { retention = Retention.STRONG }
      val calls = AtomicInteger()
      val k by
        scope.cached(CacheLevel.LIGHT) {
          calls.incrementAndGet()
          ones()
        }
      k shouldBeSameInstanceAs k
      calls.get() shouldBe 1
      scope.getIfPresent("k") shouldBeSameInstanceAs k
      cache.close()
      shouldThrow<IllegalStateException> { k }
    }

    test("a delegate takes all terms") {
      tensorCache("dsl").use { cache ->
        val scope = cache.scope("s", HostTensor.adapter())
        val x by scope.cached { ones() }
        val k by scope.cached(terms = { dependsOn("x") }) { x }
        val before = k
        scope.remove("x")
        scope.names() shouldContainExactly listOf()
        k shouldNotBe before
      }
    }

    test("records, terms and children") {
      tensorCache("dsl").use { cache ->
        val scope = cache.scope("s", HostTensor.adapter())
        scope.record<Stats>("statistics").get { Stats(ones(), 3) }
        scope.record<Stats>("statistics").getIfPresent()?.count shouldBe 3
        scope
          .entry("forced")
          .on {
            level = CacheLevel.TOTAL
            force = true
          }
          .get { ones() }
        scope.child("inner") { level = CacheLevel.TOTAL }.level shouldBe CacheLevel.TOTAL
        scope.names() shouldContainExactly listOf("forced", "statistics")
      }
    }
  })
