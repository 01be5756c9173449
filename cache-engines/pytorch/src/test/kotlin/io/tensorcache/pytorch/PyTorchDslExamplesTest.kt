package io.tensorcache.pytorch

import io.tensorcache.dsl.invoke
import io.tensorcache.dsl.tensorCache
import io.tensorcache.tensor.DType
import org.bytedeco.javacpp.PointerScope
import org.bytedeco.pytorch.LinearImpl
import org.bytedeco.pytorch.global.torch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** The example in the comments of the Kotlin functions for PyTorch, run. */
class PyTorchDslExamplesTest {
  @Test
  fun cachesModules() {
    PointerScope().use {
      val net = LinearImpl(6, 4)
      for (parameter in net.parameters().get()) {
        parameter.requires_grad_(false)
      }
      val images = torch.rand(8, 6)
      tensorCache("features").use { cache ->
        // begin: dsl-pytorch
        net.eval()
        val backbone = net.cached(cache, "backbone") { storeAs = DType.BFLOAT16 }
        val positive = net.cached(cache, "positive", { x -> net.forward(x).relu() })
        val features = backbone(images)
        // end: dsl-pytorch
        assertEquals(8, features.size(0))
        assertEquals(8, positive(images).size(0))
      }
    }
  }
}
