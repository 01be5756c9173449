package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TermsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Terms all = new Terms(CacheLevel.HEAVY, true, true, SECOND, "g", List.of("sample"));

  @Test
  void ofALevelHaveNothingElse() {
    Terms terms = Terms.of(CacheLevel.LIGHT);
    assertEquals(new Terms(CacheLevel.LIGHT, false, false, null, null, List.of()), terms);
    assertFalse(terms.areSpecial());
  }

  @Test
  void theListOfSourcesIsACopy() {
    List<String> sources = new ArrayList<>(List.of("sample"));
    Terms terms = new Terms(CacheLevel.LIGHT, false, false, null, null, sources);
    sources.add("other");
    assertEquals(List.of("sample"), terms.sources());
    assertThrows(UnsupportedOperationException.class, () -> terms.sources().add("x"));
  }

  @Test
  void whatWasReadPersistsWithoutAnEndOrSources() {
    assertEquals(new Terms(CacheLevel.HEAVY, true, true, null, "g", List.of()), all.read());
    assertTrue(Terms.of(CacheLevel.LIGHT).read().persisting());
  }

  @Test
  void anotherTimeToLiveChangesNothingElse() {
    Duration hour = Duration.ofHours(1);
    assertEquals(
        new Terms(CacheLevel.HEAVY, true, true, hour, "g", List.of("sample")), all.livingFor(hour));
  }

  @Test
  void areSpecialWithAnEndOrAGroup() {
    assertTrue(SampleEntries.livingFor(1).areSpecial());
    assertTrue(SampleEntries.group("g").areSpecial());
    assertFalse(SampleEntries.from("sample").areSpecial());
    assertFalse(SampleEntries.persisting().areSpecial());
  }
}
