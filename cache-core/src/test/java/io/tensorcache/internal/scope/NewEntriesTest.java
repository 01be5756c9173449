package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import io.tensorcache.scope.Retention;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewEntriesTest {
  private final HandTable hand = new HandTable();
  private final Uses uses = new Uses(Retention.STRONG, new Bounds(10, Long.MAX_VALUE));
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
  private int clockReads;
  private final NewEntries entries =
      new NewEntries(
          uses,
          () -> {
            clockReads++;
            return Instant.ofEpochMilli(1000);
          },
          collected);

  private Entry of(Terms terms) {
    Ticket ticket = hand.table.begin(Ticket.Purpose.PUT, "K", terms, null);
    return entries.of(ticket, terms, SampleEntries.bytes(7));
  }

  @Test
  void areThoseOfTheTicketOnTheTerms() {
    Entry entry = of(new Terms(CacheLevel.LIGHT, true, true, null, null, List.of()));
    assertEquals("K", entry.name());
    assertEquals(CacheLevel.LIGHT, entry.level());
    assertTrue(entry.isPersisting());
    assertTrue(entry.isForced());
    assertEquals(7, entry.byteCount());
    assertEquals("value", entry.held());
  }

  @Test
  void areUsedNow() {
    long before = of(SampleEntries.from()).used;
    assertEquals(before + 1, of(SampleEntries.from()).used);
  }

  @Test
  void mostHaveNothingSpecial() {
    assertNull(of(SampleEntries.from()).special());
    assertEquals(0, clockReads, "the clock is the program's: it is not asked without need");
  }

  @Test
  void endAfterTheirTimeToLive() {
    Entry entry = of(SampleEntries.livingFor(5));
    assertEquals(1005, entry.expiresMillis());
    assertEquals(1000, of(SampleEntries.livingFor(0)).expiresMillis());
    assertEquals(2, clockReads);
  }

  @Test
  void aTimeToLiveBeyondTheEndOfTimeIsStillOne() {
    Terms longest = SampleEntries.livingFor(Long.MAX_VALUE);
    assertEquals(Long.MAX_VALUE - 1, of(longest).expiresMillis());
    assertTrue(of(longest).mayExpire());
    Terms last = SampleEntries.livingFor(Long.MAX_VALUE - 1 - 1000);
    assertEquals(Long.MAX_VALUE - 1, of(last).expiresMillis());
    Terms before = SampleEntries.livingFor(Long.MAX_VALUE - 2 - 1000);
    assertEquals(Long.MAX_VALUE - 2, of(before).expiresMillis());
  }

  @Test
  void aGroupHasNoEnd() {
    Entry entry = of(SampleEntries.group("g"));
    assertEquals("g", entry.group());
    assertFalse(entry.mayExpire());
    assertNull(entry.origin());
  }

  @Test
  void onlyWhatHasSourcesKeepsItsTicket() {
    Terms terms = SampleEntries.from("sample");
    Ticket ticket = hand.table.begin(Ticket.Purpose.COMPUTE, "K", terms, null);
    Entry entry = entries.of(ticket, terms, SampleEntries.bytes(7));
    assertSame(ticket, entry.origin());
    assertNull(of(SampleEntries.livingFor(5)).origin());
  }

  @Test
  void anotherHoldingOfTheSameValueHasItsEndAndSources() {
    Terms terms = SampleEntries.livingFor(5, "sample");
    Ticket ticket = hand.table.begin(Ticket.Purpose.COMPUTE, "K", terms, null);
    Entry before = entries.of(ticket, terms, SampleEntries.bytes(7));
    before.isRead = true;
    Entry after = entries.like(before, SampleEntries.bytes(9));
    assertNotSame(before, after);
    assertEquals("K", after.name());
    assertEquals(9, after.byteCount());
    assertSame(before.special(), after.special());
    assertTrue(after.isRead);
    assertTrue(after.used > before.used);
    assertEquals(1, clockReads, "its time does not begin anew");
  }

  @Test
  void anotherHoldingHasTheSameTerms() {
    Entry before = of(new Terms(CacheLevel.HEAVY, true, true, null, "g", List.of()));
    Entry after = entries.like(before, SampleEntries.bytes(7));
    assertEquals(CacheLevel.HEAVY, after.level());
    assertTrue(after.isPersisting());
    assertTrue(after.isForced());
    assertEquals("g", after.group());
    assertFalse(after.isRead);
  }

  @Test
  void areQueuedWhenTheirValueIsCollected() {
    Terms terms = SampleEntries.from().livingFor(Duration.ofMillis(1));
    Ticket ticket = hand.table.begin(Ticket.Purpose.PUT, "K", terms, null);
    Entry entry = entries.of(ticket, terms, SampleEntries.weakly(new Object()));
    assertTrue(entry.enqueue());
    assertSame(entry, collected.poll());
  }
}
