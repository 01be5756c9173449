package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a change of an entry says to the calls that have the same entry under way. */
class LineageThreadsTest {
  private final EntryTable table = new HandTable().table;
  private final Lineage lineage = new Lineage();

  private Ticket mine(Ticket.Purpose purpose, String name, String... sources) {
    return mine(purpose, name, SampleEntries.from(sources));
  }

  private Ticket mine(Ticket.Purpose purpose, String name, Terms terms) {
    Ticket ticket = new Ticket(table::end, purpose, name, terms, null);
    lineage.begin(ticket);
    return ticket;
  }

  private Ticket others(Ticket.Purpose purpose, String name, String... sources) {
    return OtherThread.call(() -> mine(purpose, name, sources));
  }

  @Test
  void aRemovalSupersedesWhatOthersCompute() {
    Ticket computed = others(Ticket.Purpose.COMPUTE, "K");
    Ticket overwritten = others(Ticket.Purpose.OVERWRITE, "K");
    Ticket elsewhere = others(Ticket.Purpose.COMPUTE, "L");
    assertEquals(2, lineage.supersede("K", null));
    assertTrue(computed.isSuperseded());
    assertTrue(overwritten.isSuperseded());
    assertTrue(elsewhere.isValid());
    assertEquals(0, lineage.supersede("K", null), "each counts once");
    assertEquals(0, lineage.supersede("unknown", null));
  }

  @Test
  void whatThisThreadComputesAroundTheChangeComesAfterIt() {
    Ticket computed = mine(Ticket.Purpose.COMPUTE, "K");
    Ticket overwritten = mine(Ticket.Purpose.OVERWRITE, "K");
    assertEquals(0, lineage.supersede("K", null));
    assertTrue(computed.isValid());
    assertTrue(overwritten.isValid());
  }

  @Test
  void whatThisThreadReadIsLateAndIsNoComputation() {
    Ticket mine = mine(Ticket.Purpose.READ, "K");
    Ticket others = others(Ticket.Purpose.READ, "K");
    assertEquals(0, lineage.supersede("K", null));
    assertFalse(mine.isValid());
    assertFalse(others.isValid());
  }

  @Test
  void aPutIsNotSuperseded() {
    Ticket put = others(Ticket.Purpose.PUT, "K", "sample");
    assertEquals(0, lineage.supersede("K", null));
    assertTrue(put.isValid());
  }

  @Test
  void whoChangesTheEntryIsSpared() {
    Ticket self = others(Ticket.Purpose.OVERWRITE, "K");
    Ticket other = others(Ticket.Purpose.COMPUTE, "K");
    assertEquals(1, lineage.supersede("K", self));
    assertTrue(self.isValid());
    assertFalse(other.isValid());
  }

  @Test
  void ofTwoOverwritesTheOneThatBeganLastStays() {
    Ticket first = others(Ticket.Purpose.OVERWRITE, "K");
    Ticket second = mine(Ticket.Purpose.OVERWRITE, "K");
    Ticket third = others(Ticket.Purpose.OVERWRITE, "K");
    assertEquals(1, lineage.supersede("K", second));
    assertTrue(first.isSuperseded());
    assertTrue(third.isValid());
  }

  @Test
  void aPutSupersedesEveryOverwriteUnderWay() {
    Ticket put = mine(Ticket.Purpose.PUT, "K", "sample");
    Ticket later = others(Ticket.Purpose.OVERWRITE, "K");
    assertEquals(1, lineage.supersede("K", put));
    assertTrue(later.isSuperseded());
  }

  @Test
  void anOverwriteSupersedesAComputationThatBeganAfterIt() {
    Ticket overwrite = mine(Ticket.Purpose.OVERWRITE, "K");
    Ticket computed = others(Ticket.Purpose.COMPUTE, "K");
    assertEquals(1, lineage.supersede("K", overwrite));
    assertTrue(computed.isSuperseded());
  }

  @Test
  void aComputationThatASourceOutdatedIsNotCounted() {
    Ticket computed = others(Ticket.Purpose.COMPUTE, "K", "sample");
    lineage.changed("sample", null);
    assertFalse(computed.isSuperseded());
    assertEquals(0, lineage.supersede("K", null));
    assertTrue(computed.isSuperseded(), "and still comes before the change");
  }

  @Test
  void whatIsKeptIsNotUnderWay() {
    Ticket kept = others(Ticket.Purpose.COMPUTE, "K", "sample");
    lineage.kept(kept, SampleEntries.entry("K", SampleEntries.strongly("value")));
    assertEquals(0, lineage.supersede("K", null));
    assertFalse(kept.isSuperseded());
  }

  @Test
  void whoReadsATakenEntryIsLateAndWhoOverwritesItIsNot() {
    Ticket computed = others(Ticket.Purpose.COMPUTE, "K");
    Ticket read = mine(Ticket.Purpose.READ, "K");
    Ticket overwritten = others(Ticket.Purpose.OVERWRITE, "K");
    Ticket mine = mine(Ticket.Purpose.COMPUTE, "K");
    lineage.taken("K");
    assertFalse(computed.isValid());
    assertFalse(computed.isSuperseded());
    assertFalse(read.isValid());
    assertTrue(overwritten.isValid());
    assertTrue(mine.isValid());
  }

  @Test
  void aResetOutdatesWhatOthersComputeOnSuchTerms() {
    Ticket others = others(Ticket.Purpose.COMPUTE, "K");
    Ticket again = others(Ticket.Purpose.OVERWRITE, "K");
    Ticket mine = mine(Ticket.Purpose.COMPUTE, "L");
    Ticket spared =
        OtherThread.call(() -> mine(Ticket.Purpose.COMPUTE, "M", SampleEntries.group("g")));
    assertEquals(Set.of("K"), lineage.outdate(terms -> terms.group() == null));
    assertFalse(others.isValid());
    assertFalse(again.isValid());
    assertTrue(mine.isValid());
    assertTrue(spared.isValid());
    assertEquals(Set.of(), lineage.outdate(terms -> terms.group() == null), "each is named once");
  }

  @Test
  void aResetOutdatesWhatIsReadWithoutNamingIt() {
    Ticket read = mine(Ticket.Purpose.READ, "K");
    assertEquals(Set.of(), lineage.outdate(terms -> true));
    assertFalse(read.isValid());
  }

  @Test
  void valuesThatAreGoneTakeNoPartInAReset() {
    Ticket kept = others(Ticket.Purpose.COMPUTE, "K", "sample");
    lineage.kept(kept, SampleEntries.entry("K", SampleEntries.strongly("value")));
    assertEquals(Set.of(), lineage.outdate(terms -> true));
    assertEquals(1, lineage.changed("sample", null).size());
    assertEquals(List.of(), lineage.changed("sample", null));
  }
}
