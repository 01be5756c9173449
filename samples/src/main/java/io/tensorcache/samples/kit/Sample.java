package io.tensorcache.samples.kit;

import io.tensorcache.pytorch.PyTorch;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Mixin;

/**
 * A program of the samples: settles its options, runs, reports, and ends with 0, or with 1 where a
 * result is not what it must be. Confined to one thread.
 */
public abstract class Sample implements Callable<Integer> {
  /** Where it writes what it found. */
  @Mixin protected final Output output = new Output();

  /** Made by the command line. */
  protected Sample() {}

  /**
   * Checks the options before anything takes time.
   *
   * @throws picocli.CommandLine.ParameterException if one is wrong
   */
  protected void settle() {}

  /** Threads of PyTorch: they decide the last bits. */
  protected int threads() {
    return 1;
  }

  /**
   * Computes and writes. A {@code PointerScope} around it frees the tensors.
   *
   * @return whether every result is what it must be
   */
  protected abstract boolean run() throws Exception;

  @Override
  @SuppressWarnings("try") // the scope frees the tensors
  public final Integer call() throws Exception {
    settle();
    PyTorch.load(); // before the presets load themselves
    torch.set_num_threads(threads());
    try (PointerScope tensors = new PointerScope()) {
      boolean isRight = run();
      output.writeJson();
      return isRight ? 0 : 1;
    }
  }
}
