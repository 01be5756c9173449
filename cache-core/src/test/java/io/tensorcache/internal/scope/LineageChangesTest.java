package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a change of one name says about the others. */
class LineageChangesTest {
  private final EntryTable table = new HandTable().table;
  private final Lineage lineage = new Lineage();

  private Ticket begin(Ticket.Purpose purpose, String name, String... sources) {
    Ticket ticket = new Ticket(table::end, purpose, name, SampleEntries.from(sources), null);
    lineage.begin(ticket);
    return ticket;
  }

  private Ticket begin(String name, String... sources) {
    return begin(Ticket.Purpose.COMPUTE, name, sources);
  }

  private Entry keep(Ticket ticket) {
    Entry entry = SampleEntries.entry(ticket.name(), SampleEntries.strongly("value"));
    lineage.kept(ticket, entry);
    return entry;
  }

  private Entry kept(String name, String... sources) {
    return keep(begin(name, sources));
  }

  private List<String> changed(String name) {
    return lineage.changed(name, null).stream().map(Entry::name).sorted().toList();
  }

  @Test
  void callsBeginOneAfterTheOther() {
    Ticket first = begin("K");
    Ticket second = begin(Ticket.Purpose.PUT, "L");
    assertTrue(first.began > 0);
    assertTrue(second.began > first.began);
    assertTrue(lineage.now() > second.began);
  }

  @Test
  void whatIsPutWithoutSourcesIsNotKnown() {
    begin(Ticket.Purpose.PUT, "K");
    assertEquals(0, lineage.size());
    begin(Ticket.Purpose.PUT, "K", "sample");
    assertEquals(2, lineage.size());
  }

  @Test
  void aNameHasDependentsWhileSomethingIsComputedFromIt() {
    assertFalse(lineage.hasDependents("sample"));
    Ticket ticket = begin("K", "sample");
    assertTrue(lineage.hasDependents("sample"));
    assertFalse(lineage.hasDependents("K"));
    keep(ticket);
    assertTrue(lineage.hasDependents("sample"));
    changed("sample");
    assertFalse(lineage.hasDependents("sample"));
    assertEquals(0, lineage.size());
  }

  @Test
  void whatIsComputedFromANameDirectlyOrNotGoesWithIt() {
    kept("K", "sample");
    kept("L", "K");
    kept("M", "L");
    kept("other", "elsewhere");
    assertEquals(List.of("K", "L", "M"), changed("sample"));
    assertEquals(List.of(), changed("sample"));
    assertEquals(List.of("other"), changed("elsewhere"));
  }

  @Test
  void aChangeInTheMiddleLeavesWhatCameBefore() {
    kept("K", "sample");
    kept("L", "K");
    kept("M", "L");
    assertEquals(List.of("M"), changed("L"));
    assertEquals(List.of("K", "L"), changed("sample"));
  }

  @Test
  void oneThatIsReachedTwiceGoesOnce() {
    kept("K", "sample");
    kept("L", "sample");
    kept("both", "K", "L");
    assertEquals(List.of("K", "L", "both"), changed("sample"));
  }

  @Test
  void aCircleOfNamesEnds() {
    Ticket k = begin("K", "L");
    Ticket l = begin("L", "K");
    keep(k);
    keep(l);
    assertEquals(List.of("K", "L"), changed("K"));
    kept("self", "self");
    assertEquals(List.of("self"), changed("self"));
    assertEquals(0, lineage.size());
  }

  @Test
  void whatIsUnderWayIsOutdated() {
    Ticket direct = begin("K", "sample");
    Ticket indirect = begin("L", "K");
    Ticket other = begin("other", "elsewhere");
    assertEquals(List.of(), changed("sample"));
    assertFalse(direct.isValid());
    assertFalse(indirect.isValid());
    assertFalse(direct.isSuperseded());
    assertTrue(other.isValid());
  }

  @Test
  void whoeverChangesItIsSpared() {
    Ticket self = begin(Ticket.Purpose.OVERWRITE, "K", "K");
    Ticket other = begin("L", "K");
    lineage.changed("K", self);
    assertTrue(self.isValid());
    assertFalse(other.isValid());
  }

  @Test
  void whatWasSettledBeforeAValueBeganIsNotFromIt() {
    kept("L", "K"); // from an earlier value of K
    kept("K", "sample");
    kept("M", "K");
    assertEquals(List.of("K", "M"), changed("sample"));
    assertEquals(List.of("L"), changed("K"));
  }

  @Test
  void aCallThatEndedBeforeAValueBeganIsNotFromIt() {
    lineage.end(begin("L", "K"));
    kept("M", "L");
    kept("K", "sample");
    assertEquals(List.of("K"), changed("sample"));
    assertEquals(List.of("M"), changed("K"));
  }

  @Test
  void whatWasBegunWhileAValueWasUnderWayMayBeFromIt() {
    Ticket k = begin("K", "sample");
    Ticket l = begin("L", "K");
    keep(l);
    keep(k);
    assertEquals(List.of("K", "L"), changed("sample"));
  }

  @Test
  void whatLeftIsRememberedWhileSomethingComputedFromItIsThere() {
    Ticket k = begin("K", "sample");
    keep(k);
    kept("L", "K");
    lineage.left(k);
    assertEquals(3, lineage.size());
    assertEquals(List.of("L"), changed("sample"));
    assertEquals(0, lineage.size());
  }

  @Test
  void aCallThatEndsIsRememberedTooForItsValueWasReturned() {
    Ticket k = begin("K", "sample");
    lineage.end(k);
    kept("L", "K");
    assertEquals(List.of("L"), changed("sample"));
  }

  @Test
  void aCallWithoutSourcesEndsWithoutATrace() {
    Ticket k = begin("K");
    assertEquals(1, lineage.size());
    lineage.end(k);
    assertEquals(0, lineage.size());
    assertEquals(Ticket.State.DONE, k.state);
  }

  @Test
  void theEndOfAKeptValueChangesNothing() {
    Ticket k = begin("K", "sample");
    keep(k);
    long settled = k.settled;
    lineage.end(k);
    assertEquals(settled, k.settled);
    assertEquals(List.of("K"), changed("sample"));
    lineage.left(k);
    assertEquals(0, lineage.size(), "it is done");
  }

  @Test
  void onlyWhatBeganBeforeAValueLeftGoesWithIt() {
    kept("K", "sample");
    long leftAt = lineage.now();
    kept("L", "sample"); // from another value of it
    List<Entry> gone = lineage.changed("sample", null, leftAt);
    assertEquals(List.of("K"), gone.stream().map(Entry::name).toList());
    assertEquals(List.of("L"), changed("sample"));
  }

  @Test
  void whatBeganInTheInstantOfLeavingStays() {
    Ticket k = begin("K", "sample");
    keep(k);
    assertEquals(List.of(), lineage.changed("sample", null, k.began));
    assertEquals(1, lineage.changed("sample", null, k.began + 1).size());
  }

  @Test
  void ofGhostsWithTheSameSourcesTheOneThatBeganFirstStays() {
    Ticket anchor = begin("L", "K");
    for (int i = 0; i < 10; i++) {
      Ticket k = begin("K", "a", "b");
      lineage.end(k);
      assertEquals(i == 0 ? Ticket.State.GHOST : Ticket.State.DONE, k.state);
    }
    Ticket others = begin("K", "a", "c");
    lineage.end(others);
    assertEquals(Ticket.State.GHOST, others.state, "it has other sources");
    keep(anchor);
    assertEquals(List.of("L"), changed("c"));
  }

  @Test
  void theLastGhostsFromWhichNothingWasComputedAreRemembered() {
    Ticket[] ghosts = new Ticket[Lineage.IDLE + 1];
    for (int i = 0; i < ghosts.length; i++) {
      ghosts[i] = begin("K" + i, "sample");
      lineage.end(ghosts[i]);
      assertEquals(Ticket.State.GHOST, ghosts[i].state);
    }
    assertEquals(Ticket.State.DONE, ghosts[0].state, "the oldest made room");
    assertEquals(Ticket.State.GHOST, ghosts[1].state);
    assertEquals(Lineage.IDLE + 1, lineage.size());
  }

  @Test
  void aGhostFromWhichSomethingIsComputedDoesNotMakeRoom() {
    Ticket needed = begin("needed", "sample");
    lineage.end(needed);
    Ticket dependent = begin("L", "needed");
    for (int i = 0; i < 2 * Lineage.IDLE; i++) {
      lineage.end(begin("K" + i, "x"));
    }
    assertEquals(Ticket.State.GHOST, needed.state);
    keep(dependent);
    assertEquals(List.of("L"), changed("sample"));
  }

  @Test
  void aGhostMakesRoomAgainWhenWhatWasComputedFromItIsGone() {
    Ticket ghost = begin("K", "sample");
    lineage.end(ghost);
    Ticket dependent = begin("L", "K");
    keep(dependent);
    assertEquals(List.of("L"), changed("K"));
    for (int i = 0; i <= Lineage.IDLE; i++) {
      lineage.end(begin("x" + i, "y"));
    }
    assertEquals(Ticket.State.DONE, ghost.state);
  }
}
