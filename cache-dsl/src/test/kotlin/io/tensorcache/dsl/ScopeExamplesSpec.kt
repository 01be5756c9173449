package io.tensorcache.dsl

import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.shouldBe
import io.tensorcache.Fingerprint
import io.tensorcache.config.CacheLevel
import io.tensorcache.scope.Retention
import io.tensorcache.tensor.HostTensor

/** The examples in the comments of scopes, run. */
class ScopeExamplesSpec :
  FunSpec({
    val files = tempdir().toPath()
    val adapter = HostTensor.adapter()
    val x = HostTensor.ofRows(arrayOf(floatArrayOf(1f, 2f), floatArrayOf(3f, 4f)))

    fun kernelMatrix(x: HostTensor): HostTensor =
      HostTensor.ofFloats(FloatArray(4), x.spec().dim(0), x.spec().dim(0))

    test("scopes and children") {
      tensorCache("features").use { cache ->
        val left = mutableListOf<String>()
        // begin: dsl-scope
        val scope =
          cache.scope("kpca", adapter) {
            level = CacheLevel.LIGHT
            retention = Retention.STRONG
            listener { removal -> left += removal.name() }
          }
        val layer = scope.child("layer1") { maxEntries = 10 } // the rest it has from its parent
        // end: dsl-scope
        scope.put("a", CacheLevel.LIGHT, x)
        scope.remove("a")
        left shouldBe listOf("a")
        layer.path() shouldBe "kpca/layer1"
      }
    }

    test("terms") {
      tensorCache("features").use { cache ->
        val scope = cache.scope("kpca", adapter)
        // begin: dsl-terms
        scope.put("sample", x)
        val k =
          scope
            .entry("K")
            .on {
              level = CacheLevel.LIGHT
              dependsOn("sample")
            }
            .get { kernelMatrix(x) }
        // end: dsl-terms
        k.spec().elementCount() shouldBe 4
        scope.remove("sample")
        scope.names() shouldBe listOf()
      }
    }

    test("persisting entries") {
      tensorCache("features") { store { directory = files } }
        .use { cache ->
          // begin: dsl-get
          val scope = cache.scope("kpca", adapter) { fingerprint = Fingerprint.version("1") }
          val k = scope.get("K", persisting = true) { kernelMatrix(x) } // later programs find it
          scope.reset() // keeps what persists
          scope.reset(persisting = true, recurse = true)
          // end: dsl-get
          k.spec().elementCount() shouldBe 4
          scope.names() shouldBe listOf()
        }
    }

    test("records") {
      tensorCache("features").use { cache ->
        val scope = cache.scope("kpca", adapter)
        // begin: dsl-record
        // @JvmRecord data class Eigen(val values: HostTensor, val count: Int)
        val eigen = scope.record<Eigen>("eigen").get { Eigen(x, 2) }
        // end: dsl-record
        eigen.count shouldBe 2
      }
    }

    test("properties") {
      tensorCache("features").use { cache ->
        val scope = cache.scope("kpca", adapter)
        // begin: dsl-cached
        val k by scope.cached(CacheLevel.LIGHT) { kernelMatrix(x) } // the entry "k"
        println(k) // computed now, and served at each later read
        // end: dsl-cached
        scope.names() shouldBe listOf("k")
        // begin: dsl-level
        scope.level = CacheLevel.NONE // drops what is above, in the children too
        // end: dsl-level
        scope.names() shouldBe listOf()
      }
    }
  })

@JvmRecord private data class Eigen(val values: HostTensor, val count: Int)
