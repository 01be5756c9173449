package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import io.tensorcache.internal.device.StandinTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The device tier among threads that wait for each other. */
@RequiresStandin
class DeviceTierThreadsTest {
  private final StandinFunction function = new StandinFunction();

  @BeforeEach
  void begin() {
    Standin.restart(0);
    Standin.set("devices", 2);
    Standin.restart(1);
  }

  @AfterEach
  void reset() {
    Standin.reset();
    Standin.restart(0);
  }

  /** A listener may wait for a thread that uses the cache: no lock is held meanwhile. */
  @Test
  void aListenerThatIsToldOfASmallCardMayWaitForAnotherThread() {
    AtomicReference<CachedFunction<StandinTensor>> cached = new AtomicReference<>();
    AtomicBoolean isFirst = new AtomicBoolean(true);
    List<Boolean> ended = new ArrayList<>();
    try (TensorCache cache =
        TensorCache.builder("small")
            .device(ByteSize.ofMiB(512))
            .heap(ByteSize.ofMiB(1))
            .listener(
                failure -> {
                  if (isFirst.getAndSet(false)) {
                    Thread other = new Thread(() -> function.check(cached.get(), 1, 1));
                    other.setDaemon(true);
                    other.start();
                    try {
                      other.join(TimeUnit.SECONDS.toMillis(10));
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    ended.add(!other.isAlive());
                  }
                })
            .build()) {
      cached.set(function.wrap(cache));
      Standin.set("memory", 256 << 20); // another card than the one that build() saw
      function.check(cached.get(), 0, 1, 2);
      assertEquals(List.of(true), ended);
      assertTrue(cache.stats().devices().isEmpty());
    }
  }
}
