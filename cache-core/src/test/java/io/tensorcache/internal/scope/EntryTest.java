package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryTest {
  private static final ValueType<HostTensor> TENSOR = new TensorType<>(HostTensor.adapter());

  private final Object value = new Object();

  private static Entry special(long expiresMillis, boolean hasSources) {
    Ticket origin =
        hasSources ? new HandTable().begin(Ticket.Purpose.COMPUTE, "K", "sample") : null;
    return SampleEntries.entry(
        "K",
        SampleEntries.from(),
        SampleEntries.strongly("value"),
        new Entry.Special(expiresMillis, "g", origin));
  }

  @Test
  void hasTheTermsItCameOn() {
    Terms terms = new Terms(CacheLevel.HEAVY, true, true, null, null, List.of());
    Entry entry = SampleEntries.entry("K", terms, SampleEntries.bytes(40), null);
    assertEquals("K", entry.name());
    assertEquals(CacheLevel.HEAVY, entry.level());
    assertEquals(40, entry.byteCount());
    assertTrue(entry.isPersisting());
    assertTrue(entry.isForced());
    Entry plain = SampleEntries.entry("K", SampleEntries.strongly(value));
    assertFalse(plain.isPersisting());
    assertFalse(plain.isForced());
    assertFalse(plain.isRead);
  }

  @Test
  void holdsItsValueStronglyOrWeakly() {
    Entry strong = SampleEntries.entry("K", SampleEntries.strongly(value));
    assertSame(value, strong.held());
    assertTrue(strong.isStrong());
    assertFalse(strong.isWeak());
    Entry weak = SampleEntries.entry("K", SampleEntries.weakly(value));
    assertSame(value, weak.held());
    assertFalse(weak.isStrong());
    assertTrue(weak.isWeak());
    Entry both = SampleEntries.entry("K", SampleEntries.bothWays(value));
    assertFalse(both.isWeak(), "held strongly until it is weakened");
    both.weaken();
    assertTrue(both.isWeak());
    assertSame(value, both.held());
  }

  @Test
  void aLostValueCountsUnlessItPersists() {
    Entry lost = SampleEntries.entry("K", SampleEntries.weakly(value));
    assertTrue(lost.holdsSomething());
    lost.clear();
    assertNull(lost.held());
    assertFalse(lost.holdsSomething());
    assertFalse(lost.isWeak());
    Entry.Holding nothing = new Entry.Holding(null, null, 8, null);
    Entry stored = SampleEntries.entry("K", SampleEntries.persisting(), nothing, null);
    assertNull(stored.held());
    assertTrue(stored.holdsSomething());
  }

  @Test
  void aKeyStandsForACopy() {
    Entry entry = SampleEntries.entry("K", SampleEntries.strongly(value));
    assertTrue(entry.isCopy(new TensorKey(1, 2)));
    assertFalse(entry.isCopy(value));
    assertFalse(entry.isCopy(null));
  }

  @Test
  void aValueOfItsOwnKindIsServedUnseen() {
    HostTensor tensor = HostTensor.ofFloats(new float[] {1}, 1);
    Entry entry = SampleEntries.entry("K", new Entry.Holding(tensor, null, 4, TENSOR));
    assertSame(tensor, entry.as(TENSOR, tensor));
    assertSame(tensor, entry.as(new TensorType<>(HostTensor.adapter()), tensor));
    assertNull(entry.as(new ListType<>(HostTensor.adapter()), tensor));
    Entry copy = SampleEntries.entry("K", SampleEntries.strongly(new TensorKey(1, 2)));
    assertNull(copy.as(TENSOR, new TensorKey(1, 2)));
  }

  @Test
  void aValueIsClosedOnlyIfItIsHeldByReference() {
    ClosedOnes type = new ClosedOnes();
    Entry entry = SampleEntries.entry("K", new Entry.Holding("open", null, 4, type));
    assertFalse(entry.isClosed());
    assertTrue(SampleEntries.entry("K", new Entry.Holding("closed", null, 4, type)).isClosed());
    assertFalse(SampleEntries.entry("K", new Entry.Holding("closed", null, 4, null)).isClosed());
    entry.letGo();
    assertFalse(entry.isClosed(), "nothing is held");
  }

  @Test
  void onlyWhatIsSpecialEndsByTimeOrHasAGroup() {
    Entry plain = SampleEntries.entry("K", SampleEntries.strongly(value));
    assertNull(plain.group());
    assertNull(plain.origin());
    assertNull(plain.special());
    assertEquals(Long.MAX_VALUE, plain.expiresMillis());
    assertFalse(plain.mayExpire());
    assertFalse(plain.mayEndByTime());
    Entry timed = special(50, false);
    assertEquals("g", timed.group());
    assertEquals(50, timed.expiresMillis());
    assertTrue(timed.mayExpire());
    assertTrue(timed.mayEndByTime());
  }

  @Test
  void whatWasComputedFromOthersMayEndWithThem() {
    Entry dependent = special(Long.MAX_VALUE, true);
    assertFalse(dependent.mayExpire());
    assertTrue(dependent.mayEndByTime());
    Entry grouped = special(Long.MAX_VALUE, false);
    assertFalse(grouped.mayEndByTime());
  }

  @Test
  void knowsWhenItLeftOnlyWhereThatMatters() {
    Entry timed = special(50, false);
    assertEquals(0, timed.leftAt());
    timed.leftAt(7);
    assertEquals(7, timed.leftAt());
    Entry plain = SampleEntries.entry("K", SampleEntries.strongly(value));
    plain.leftAt(7);
    assertEquals(0, plain.leftAt());
  }

  @Test
  void aNameThatBeginsWithAnUnderscoreIsPrivate() {
    assertTrue(SampleEntries.entry("_K", SampleEntries.strongly(value)).isPrivate());
    assertFalse(SampleEntries.entry("K_", SampleEntries.strongly(value)).isPrivate());
  }

  @Test
  void letsGoOfWhateverItHolds() {
    Entry strong = SampleEntries.entry("K", SampleEntries.bothWays(value));
    assertSame(value, strong.letGo());
    assertTrue(strong.gone);
    assertNull(strong.held());
    assertNull(strong.letGo());
    Entry weak = SampleEntries.entry("K", SampleEntries.weakly(value));
    assertSame(value, weak.letGo());
    assertNull(weak.held(), "also if the program holds it");
  }

  @Test
  void isNotMadeStrongAfterItLeft() {
    Entry entry = SampleEntries.entry("K", SampleEntries.weakly(value));
    entry.strengthen(value);
    assertTrue(entry.isStrong());
    entry.letGo();
    entry.strengthen(value);
    assertFalse(entry.isStrong());
    assertNull(entry.held());
  }

  @Test
  void replacesOnlyWhatIsExpectedAndOnlyWhileItIsThere() {
    Entry entry = SampleEntries.entry("K", SampleEntries.strongly(value));
    Object other = new Object();
    assertFalse(entry.replaceHeld(other, value));
    assertSame(value, entry.held());
    assertTrue(entry.replaceHeld(value, other));
    assertSame(other, entry.held());
    assertTrue(entry.replaceHeld(other, null));
    assertNull(entry.held());
    entry.letGo();
    assertFalse(entry.replaceHeld(null, value));
    assertNull(entry.held());
  }

  @Test
  void theReferenceOfAHybridEntryIsStrongAndWeak() {
    EntryTable table = new HandTable(Retention.hybrid(1), CacheLevel.NORMAL, Bounds.NONE).table;
    HostTensor tensor = HostTensor.ofFloats(new float[] {1}, 1);
    Entry.Holding holding = table.byReference(TENSOR, tensor, CacheLevel.NORMAL, 4);
    assertEquals(new Entry.Holding(tensor, tensor, 4, TENSOR), holding);
  }
}
