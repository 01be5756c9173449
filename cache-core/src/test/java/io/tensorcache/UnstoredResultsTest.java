package io.tensorcache;

import static io.tensorcache.Counted.batch;
import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.CacheLevel;
import io.tensorcache.config.Granularity;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is computed and not stored keeps the same promises as what is. */
class UnstoredResultsTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");

  private final TensorCache cache =
      TensorCache.builder("off").level(CacheLevel.NONE).heap(ByteSize.ofMiB(1)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void sharesNoMemoryWithWhatTheFunctionHoldsOnTo() {
    HostTensor buffer = HostTensor.ofFloats(new float[4], 2, 2);
    var cached =
        cache.wrap(
            "f",
            V1,
            HOST,
            x -> {
              buffer.bytes().putFloat(0, x.bytes().getFloat(0));
              return buffer;
            });
    HostTensor first = cached.apply(HostTensor.ofFloats(new float[] {1, 1}, 2, 1));
    cached.apply(HostTensor.ofFloats(new float[] {2, 2}, 2, 1));
    assertEquals(1, first.floats()[0]);
    var identity = cache.wrap("identity", V1, HOST, x -> x);
    HostTensor x = batch(0, 3, 3);
    assertNotSame(x, identity.apply(x));
    assertTrue(sameBits(x, identity.apply(x)));
  }

  @Test
  void copiesEmptyBatchesAndWholeTensors() {
    var identity = cache.wrap("identity", V1, HOST, x -> x);
    HostTensor empty = HostTensor.ofFloats(new float[0], 0, 4);
    assertNotSame(empty, identity.apply(empty));
    assertEquals(empty.spec(), identity.apply(empty).spec());
    var whole = cache.function("whole", V1, HOST).granularity(Granularity.WHOLE).wrap(x -> x);
    HostTensor scalar = HostTensor.ofFloats(new float[] {3});
    assertTrue(sameBits(scalar, whole.apply(scalar)));
  }

  @Test
  void roundsAsStoredRowsAreRounded() {
    var rounded = cache.function("f", V1, HOST).storeAs(DType.BFLOAT16).wrap(x -> x);
    HostTensor x = HostTensor.ofFloats(new float[] {1.001f, 3}, 2, 1);
    assertEquals(1, rounded.apply(x).floats()[0]);
    assertEquals(3, rounded.apply(x).floats()[1]);
  }
}
