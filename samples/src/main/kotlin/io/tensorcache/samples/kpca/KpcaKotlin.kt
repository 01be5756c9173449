package io.tensorcache.samples.kpca

import io.tensorcache.Scope
import io.tensorcache.dsl.MiB
import io.tensorcache.dsl.cached
import io.tensorcache.dsl.on
import io.tensorcache.dsl.record
import io.tensorcache.dsl.scope
import io.tensorcache.dsl.tensorCache
import io.tensorcache.pytorch.PyTorch
import io.tensorcache.samples.kit.Sample
import org.bytedeco.pytorch.Tensor
import picocli.CommandLine.Command

/** The program of [Kpca], its steps written as delegated properties. */
@Command(
  name = "kpca-kotlin",
  description = ["The same program as kpca, written in Kotlin with delegated properties."],
  mixinStandardHelpOptions = true,
)
class KpcaKotlin : Sample() {
  override fun run(): Boolean =
    tensorCache("kpca") { tiers { heap(16.MiB) } }
      .use { cache ->
        Example(output)
          .run(
            { given -> cache.scope("kpca", PyTorch.tensors()) { level = given } },
            { scope -> KernelPcaKotlin(scope, Points.sample(), Points.WIDTH, components = 2) },
          )
      }
}

/** The model of [KernelPca]: a property is an entry, computed when it is first read. */
internal class KernelPcaKotlin(
  scope: Scope<Tensor>,
  sample: Tensor,
  private val width: Double,
  private val components: Int,
) : Example.Model {
  private val points = scope.child("sample")
  private val kernel = scope.child("kernel")
  private val outOfSample = scope.child("out of sample")
  private var eigenvectors: Tensor? = null

  private val minimum by
    points.cached(terms = { levelKey = "transform_sample_statistics_default" }) {
      Kernels.minimum(sample)
    }

  private val transformed by
    points.cached(terms = { levelKey = "transform_sample_data_default" }) { sample.sub(minimum) }

  private val uncentred by
    kernel.cached(terms = { levelKey = "transform_sample_data_nondefault" }) {
      Kernels.gaussian(transformed, transformed, width)
    }

  private val means
    get() =
      kernel
        .record<Means>("means")
        .on { levelKey = "transform_sample_statistics_default" }
        .get { Means.of(uncentred) }

  @Suppress("PropertyName") // as it is called in the books
  private val K by
    kernel.cached(terms = { levelKey = "sample_K" }) {
      Kernels.centre(uncentred, means.rows(), means)
    }

  override fun solve() {
    eigenvectors = Kernels.leadingEigenvectors(K, components)
  }

  override fun forward(name: String, others: Tensor): Tensor {
    val vectors = checkNotNull(eigenvectors) { "forward before solve" }
    return Projection(outOfSample.child(name), others, vectors).forward
  }

  /** The steps of the projection of other points. */
  private inner class Projection(steps: Scope<Tensor>, others: Tensor, vectors: Tensor) {
    private val transformed by
      steps.cached(terms = { levelKey = "transform_oos_data_default" }) { others.sub(minimum) }

    private val uncentred by
      steps.cached(terms = { levelKey = "transform_oos_data_nondefault" }) {
        Kernels.gaussian(transformed, this@KernelPcaKotlin.transformed, width)
      }

    private val means by
      steps.cached(terms = { levelKey = "transform_oos_statistics_default" }) {
        Kernels.rowMeans(uncentred)
      }

    private val centred by
      steps.cached(terms = { levelKey = "transform_oos_data_default" }) {
        Kernels.centre(uncentred, means, this@KernelPcaKotlin.means)
      }

    val forward by
      steps.cached(terms = { levelKey = "forward_oos_default_representation" }) {
        centred.matmul(vectors)
      }
  }
}
