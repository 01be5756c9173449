package io.tensorcache.samples.frozen;

import java.io.IOException;
import org.bytedeco.pytorch.Tensor;

/**
 * Features that kill this process by SIGKILL once so many images were asked for: no handler runs,
 * nothing is closed or flushed. Confined to one thread.
 */
final class KillingFeatures implements Features {
  private final Features features;
  private final long killAfterImages;
  private long images;

  KillingFeatures(Features features, long killAfterImages) {
    this.features = features;
    this.killAfterImages = killAfterImages;
  }

  @Override
  public Tensor of(Tensor batch) throws Exception {
    Tensor result = features.of(batch);
    images += batch.size(0);
    if (images >= killAfterImages) {
      System.err.println("killing this process after " + images + " images");
      kill();
    }
    return result;
  }

  @Override
  public Served served() {
    return features.served();
  }

  private static void kill() throws IOException, InterruptedException {
    String pid = Long.toString(ProcessHandle.current().pid());
    int code = new ProcessBuilder("kill", "-KILL", pid).start().waitFor();
    throw new IllegalStateException("kill -KILL " + pid + " ended with " + code);
  }
}
