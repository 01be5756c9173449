package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.TensorKey;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RowAgesTest {
  private static final long HOUR = 3_600_000;
  private static final TensorKey KEY = new TensorKey(1, 2);

  private final AtomicLong now = new AtomicLong(1_800_000_000_000L);
  private final RowAges ages =
      new RowAges(Duration.ofHours(1), () -> Instant.ofEpochMilli(now.get()));

  private static TensorKey other(int number) {
    return new TensorKey(7, number);
  }

  @Test
  void aRowIsYoungUntilItsTimeIsOver() {
    assertFalse(ages.isYoung(KEY), "what is not known counts as old");
    ages.enters(KEY);
    now.addAndGet(HOUR - 1);
    assertTrue(ages.isYoung(KEY));
    ages.enters(KEY); // it is there, and grows no younger
    now.addAndGet(1);
    assertFalse(ages.isYoung(KEY));
  }

  @Test
  void whatLeftIsNotKnown() {
    ages.enters(KEY);
    ages.enters(other(1));
    ages.left(KEY);
    assertFalse(ages.isYoung(KEY));
    assertTrue(ages.isYoung(other(1)));
    now.addAndGet(HOUR);
    ages.enters(KEY);
    assertTrue(ages.isYoung(KEY), "computed anew");
    ages.clear();
    assertFalse(ages.isYoung(KEY));
  }

  /** Seen by the clock: what was forgotten is young again once the clock is set back. */
  @Test
  void oldOnesAreForgottenNowAndThen() {
    ages.enters(KEY);
    now.addAndGet(1);
    ages.enters(other(0));
    now.addAndGet(HOUR - 1); // KEY is old, the other is not
    for (int number = 1; number < (1 << 16) - 2; number++) {
      ages.enters(other(number));
    }
    now.addAndGet(-HOUR);
    assertTrue(ages.isYoung(KEY), "one is missing to the sweep");
    now.addAndGet(HOUR);
    ages.enters(other(-1));
    now.addAndGet(-HOUR);
    assertFalse(ages.isYoung(KEY));
    assertTrue(ages.isYoung(other(0)));
    ages.enters(KEY);
    now.addAndGet(HOUR);
    ages.enters(other(-2));
    now.addAndGet(-HOUR);
    assertTrue(ages.isYoung(KEY), "the count began anew");
  }
}
