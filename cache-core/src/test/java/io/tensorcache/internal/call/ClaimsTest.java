package io.tensorcache.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.Counted;
import io.tensorcache.Fingerprint;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.flight.Owner;
import io.tensorcache.internal.key.KeyPlan;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimsTest {
  private final InFlight inFlight = new InFlight(Duration.ofSeconds(30));

  private static BatchKeys keysOf(int rows) {
    TensorView view = HostTensor.adapter().view(Counted.batch(0, rows, 3));
    RowKeys hasher = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    KeyPlan.Kind kind =
        new KeyPlan.Kind(
            KeyAlgorithm.TCH1,
            "f",
            Fingerprint.version("1").digest(),
            Granularity.ROWS,
            List.of("0"),
            List.of(view.spec().row()),
            KeyPlan.Arguments.of(Map.of()));
    return BatchKeys.of(hasher, KeyPlan.of(hasher, kind), List.of(view), rows);
  }

  private static RowList rows(int... numbers) {
    RowList rows = new RowList();
    for (int row : numbers) {
      rows.add(row);
    }
    return rows;
  }

  @Test
  void landsWhatItHasNotLandedWhenClosed() {
    BatchKeys keys = keysOf(3);
    try (Claims claims = Claims.of(inFlight, new Owner(), keys, rows(0, 1, 2), false)) {
      claims.land(1, null);
      assertEquals(2, inFlight.size());
      assertEquals(2, Claims.of(inFlight, new Owner(), keys, rows(0, 2), false).awaited().size());
    }
    assertEquals(0, inFlight.size());
  }

  @Test
  void leavesNoFlightBehindWhenClaimingFails() {
    // a row that is not there stands for running out of memory half-way
    BatchKeys keys = keysOf(2);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> Claims.of(inFlight, new Owner(), keys, rows(0, 1, 2), false).close());
    assertEquals(0, inFlight.size(), "a thread that waits for these rows would wait for ever");
  }

  @Test
  void whatCouldNotLandIsNotWaitedFor() {
    BatchKeys keys = keysOf(2);
    Owner owner = new Owner();
    Claims lost = Claims.of(inFlight, owner, keys, rows(0, 1), false); // never closed
    var awaited = Claims.of(inFlight, new Owner(), keys, rows(0), false).awaited();
    owner.hasEnded = true;
    assertTrue(awaited.get(0).hasLanded());
    assertNull(awaited.get(0).await());
    Claims next = Claims.of(inFlight, new Owner(), keys, rows(0, 1), false);
    assertEquals(2, next.mine().size(), "they are free");
    lost.landRest();
    assertEquals(2, inFlight.size(), "the new ones stay");
    next.close();
    assertEquals(0, inFlight.size());
  }
}
