package io.tensorcache.pytorch

import io.tensorcache.TensorCache
import io.tensorcache.config.CacheLevel
import io.tensorcache.config.PartialMiss
import io.tensorcache.config.Tier
import io.tensorcache.dsl.MiB
import io.tensorcache.dsl.invoke
import io.tensorcache.dsl.tensorCache
import io.tensorcache.stats.MissReason
import io.tensorcache.tensor.DType
import java.nio.file.Path
import org.bytedeco.javacpp.PointerScope
import org.bytedeco.pytorch.LinearImpl
import org.bytedeco.pytorch.Module
import org.bytedeco.pytorch.Scalar
import org.bytedeco.pytorch.Tensor
import org.bytedeco.pytorch.global.torch
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class PyTorchDslTest {
  private val scope = PointerScope()
  private val cache: TensorCache = tensorCache("test") { tiers { heap(4.MiB) } }
  private val net = LinearImpl(6, 3)
  private val batch: Tensor = torch.rand(5, 6)

  init {
    for (parameter in net.parameters().get()) {
      parameter.requires_grad_(false)
    }
    net.eval()
  }

  @AfterEach
  fun close() {
    cache.close()
    scope.close()
  }

  @Test
  fun cachesModuleWithoutOptions() {
    val cached = net.cached(cache, "net")
    val expected = net.forward(batch)
    repeat(2) { assertTrue(cached(batch).equal(expected)) }
    assertEquals(5, cache.stats().hits())
    assertEquals(5, cache.stats().rowsComputed())
  }

  @Test
  fun rowsOfAPersistingModuleAreThereForTheNextCache(@TempDir parent: Path) {
    val expected = net.forward(batch)
    for (run in 0..1) {
      tensorCache("persisting") {
          tiers { heap(4.MiB) }
          store { directory = parent }
        }
        .use { own ->
          assertTrue(net.cached(own, "net") { persisting = true }(batch).equal(expected))
          assertTrue(own.flush())
          assertEquals(5L * run, own.stats().hitsByTier()[Tier.DURABLE])
        }
    }
  }

  @Test
  fun takesTheOptionsOfTheBlock() {
    val cached = net.cached(cache, "net") { onPartialMiss = PartialMiss.RECOMPUTE_BATCH }
    cached(batch.narrow(0, 0, 2))
    assertTrue(cached(batch).equal(net.forward(batch)))
    assertEquals(2, cache.stats().misses(MissReason.RECOMPUTED))
    assertEquals(7, cache.stats().rowsComputed())
  }

  @Test
  fun storesNothingAboveTheLevelOfTheCache() {
    val cached = net.cached(cache, "net") { level = CacheLevel.HEAVY }
    repeat(2) { cached(batch) }
    assertEquals(10, cache.stats().misses(MissReason.LEVEL))
  }

  @Test
  fun returnsRoundedRowsOnEveryCallIfStoredHalf() {
    val cached = net.cached(cache, "net") { storeAs = DType.FLOAT16 }
    val first = cached(batch)
    assertTrue(first.equal(cached(batch)))
    assertFalse(first.equal(net.forward(batch)))
    assertTrue(first.allclose(net.forward(batch), 1e-2, 1e-2, false))
  }

  @Test
  fun cachesFunctionOfTheModuleWithOptions() {
    var rows = 0L
    val twice: (Tensor) -> Tensor = { x ->
      rows += x.size(0)
      net.forward(x).mul(Scalar(2))
    }
    val cached =
      net.cached(cache, "twice", twice) {
        level = CacheLevel.LIGHT
        probing = false
      }
    val expected = net.forward(batch).mul(Scalar(2))
    repeat(3) { assertTrue(cached(batch).equal(expected)) }
    assertEquals(5, rows)
  }

  @Test
  fun cachesReferenceToForward() {
    val cached = net.cached(cache, "net", net::forward)
    repeat(2) { assertTrue(cached(batch).equal(net.forward(batch))) }
    assertEquals(5, cache.stats().hits())
  }

  @Test
  fun noticesChangedWeights() {
    val cached = net.cached(cache, "net") { level = CacheLevel.LIGHT }
    cached(batch)
    net.weight().mul_(Scalar(2))
    assertTrue(cached(batch).equal(net.forward(batch)))
    assertEquals(0, cache.stats().hits())
    assertEquals(5, cache.stats().functions().single().rowsUnderOtherFingerprints())
  }

  @Test
  fun refusesModuleWithoutForward() {
    val error =
      assertThrows(IllegalArgumentException::class.java) { Module("plain").cached(cache, "plain") }
    assertTrue(error.message.orEmpty().contains("forward(Tensor)"), error.message)
  }

  @Test
  fun refusesOptionSetTwice() {
    assertThrows(IllegalStateException::class.java) {
      net.cached(cache, "net") {
        level = CacheLevel.LIGHT
        level = CacheLevel.NORMAL
      }
    }
  }
}
