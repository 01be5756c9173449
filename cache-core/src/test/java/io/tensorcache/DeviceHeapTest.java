package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Tier;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The binding of the driver leaves the Java heap as it is: a JVM of its own looks through all of it
 * before each collection, and ends where it finds anything that is no object.
 */
@RequiresStandin
class DeviceHeapTest {
  private static final int COLLECTIONS = 30;

  /** The child: everything that a device tier calls. */
  public static void main(String[] args) {
    StandinFunction function = new StandinFunction();
    for (int pools = 0; pools <= 1; pools++) {
      Standin.restart(0);
      Standin.set("emulated tiles", 0);
      Standin.set("pools", pools);
      try (TensorCache cache = function.builder(3).heap(ByteSize.ofMiB(1)).build()) {
        CachedFunction<?> cached = use(function, cache);
        for (int i = 0; i < COLLECTIONS; i++) {
          System.gc();
        }
        System.out.println(cached + ", rows from the device: " + servedByDevice(cache));
      }
    }
  }

  private static CachedFunction<?> use(StandinFunction function, TensorCache cache) {
    var cached = function.wrap(cache);
    function.check(cached, 0, 1, 2);
    function.check(cached, 0, 3, 4, 1, 5);
    cache.trimDevice(ByteSize.ofBytes(256));
    cache.moveTo(0);
    function.check(cached, 0, 5, 4, 3);
    function.free();
    return cached;
  }

  private static long servedByDevice(TensorCache cache) {
    return cache.stats().hitsByTier().getOrDefault(Tier.DEVICE, 0L);
  }

  @Test
  void theHeapIsSoundAfterEveryCall() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:+VerifyBeforeGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:ErrorFile=/dev/null",
                "-Dtc.standin=" + System.getProperty("tc.standin"),
                "-cp",
                System.getProperty("java.class.path"),
                DeviceHeapTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the child ends");
    assertEquals(0, child.exitValue(), out);
    assertEquals(2, out.lines().filter(line -> line.matches(".*device: [1-9]\\d*")).count(), out);
  }
}
