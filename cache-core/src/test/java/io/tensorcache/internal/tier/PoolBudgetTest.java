package io.tensorcache.internal.tier;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PoolBudgetTest {
  @Test
  void whatIsReleasedCanBeReservedAgain() {
    PoolBudget budget = new PoolBudget(PoolKind.OFF_HEAP, 1 << 20);
    int count = 0;
    while (budget.reserve(1000, 1000)) {
      count++;
    }
    assertTrue(count > 850 && count < 1000, "entries of 1000 bytes in 1 MiB: " + count);
    budget.release(1000);
    assertTrue(budget.reserve(1000, 1000));
    assertFalse(budget.reserve(1000, 1000));
  }

  @Test
  void remembersWhatIsNotWorthTrying() {
    PoolBudget budget = new PoolBudget(PoolKind.OFF_HEAP, 1 << 20);
    assertFalse(budget.isKnownToBeFull(Long.MAX_VALUE - 1));
    assertFalse(budget.reserve(2 << 20, 2 << 20));
    assertTrue(budget.isKnownToBeFull(2 << 20));
    assertFalse(budget.isKnownToBeFull((2 << 20) - 1), "a smaller one may fit");
    assertTrue(budget.reserve(1000, 1000));
    budget.release(1000);
    assertFalse(budget.isKnownToBeFull(2 << 20), "something was freed");
  }

  @Test
  void aLoweredLimitHoldsUntilTheTierIsCleared() {
    PoolBudget budget = new PoolBudget(PoolKind.OFF_HEAP, 1 << 20);
    assertTrue(budget.reserve(1000, 1000));
    assertTrue(budget.reserve(1000, 1000));
    budget.lowerLimit();
    assertFalse(budget.reserve(1000, 1000));
    budget.release(1000);
    assertTrue(budget.reserve(1000, 1000));
    budget.clear();
    for (int i = 0; i < 800; i++) {
      assertTrue(budget.reserve(1000, 1000));
    }
  }

  @Test
  void aLimitIsLoweredALittleHoweverLittleIsHeld() {
    PoolBudget budget = new PoolBudget(PoolKind.OFF_HEAP, 1 << 20);
    int count = 0;
    while (budget.reserve(1000, 1000)) {
      count++;
    }
    budget.release(1000);
    budget.lowerLimitALittle();
    assertFalse(budget.reserve(1000, 1000), "what is held now is the limit");
    for (int i = 1; i < count; i++) {
      budget.release(1000);
    }
    budget.lowerLimitALittle();
    int again = 0;
    while (budget.reserve(1000, 1000)) {
      again++;
    }
    assertTrue(again > count * 0.88 && again < count, again + " of " + count);
  }

  @Test
  void secondHitsAreToldFromFirstOnes() {
    SecondHits hits = new SecondHits();
    assertFalse(hits.isSecond(TiersFixture.key(1)));
    assertFalse(hits.isSecond(TiersFixture.key(2)), "another key");
    assertTrue(hits.isSecond(TiersFixture.key(1)));
    assertFalse(hits.isSecond(TiersFixture.key(1)), "starts anew");
    assertTrue(hits.isSecond(TiersFixture.key(2)));
  }
}
