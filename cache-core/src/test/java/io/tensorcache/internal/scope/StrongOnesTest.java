package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StrongOnesTest {
  private final StrongOnes strong = new StrongOnes(2);
  private final List<Entry> all = new ArrayList<>();
  private long ticks;

  private Entry enter(String name) {
    Entry entry = SampleEntries.entry(name, SampleEntries.bothWays(new StringBuilder(name)));
    all.add(entry);
    use(entry);
    return entry;
  }

  private void use(Entry entry) {
    entry.used = ++ticks;
    strong.use(entry);
  }

  private List<String> strongNames() {
    return all.stream().filter(Entry::isStrong).map(Entry::name).toList();
  }

  @Test
  void asManyAsTheLimitStayStrong() {
    enter("a");
    enter("b");
    assertEquals(List.of("a", "b"), strongNames());
    enter("c");
    assertEquals(List.of("b", "c"), strongNames());
  }

  @Test
  void aUseKeepsAnEntryStrong() {
    Entry a = enter("a");
    enter("b");
    use(a);
    enter("c");
    assertEquals(List.of("a", "c"), strongNames());
  }

  @Test
  void aWeakEntryThatIsUsedTakesThePlaceOfTheOldest() {
    Object value = new Object();
    Entry weak = SampleEntries.entry("w", SampleEntries.weakly(value));
    all.add(weak);
    enter("a");
    enter("b");
    use(weak);
    assertEquals(List.of("w", "b"), strongNames());
    assertEquals(value, weak.held());
  }

  @Test
  void aValueThatWasCollectedTakesNoPlace() {
    Entry lost = SampleEntries.entry("lost", SampleEntries.weakly(new Object()));
    lost.clear();
    enter("a");
    enter("b");
    use(lost);
    assertEquals(List.of("a", "b"), strongNames());
    assertFalse(lost.isStrong());
    assertFalse(lost.amongStrong.isQueued());
  }

  @Test
  void whatLeftMakesRoomForAnother() {
    Entry a = enter("a");
    enter("b");
    a.letGo();
    strong.left(a);
    enter("c");
    assertEquals(List.of("b", "c"), strongNames());
  }

  @Test
  void whatLeftIsNotMadeStrong() {
    Object value = new Object();
    Entry gone = SampleEntries.entry("gone", SampleEntries.weakly(value));
    gone.letGo();
    strong.left(gone);
    enter("a");
    enter("b");
    use(gone);
    assertFalse(gone.isStrong());
    assertEquals(List.of("a", "b"), strongNames());
  }

  @Test
  void aWeakenedEntryKeepsItsValueWhileTheProgramHoldsIt() {
    Entry a = enter("a");
    Object value = a.held();
    enter("b");
    enter("c");
    assertTrue(a.isWeak());
    assertEquals(value, a.held());
  }
}
