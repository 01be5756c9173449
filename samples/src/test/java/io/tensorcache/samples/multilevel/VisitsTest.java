package io.tensorcache.samples.multilevel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class VisitsTest {
  private static Map<Integer, Integer> visitsOfEach(Visits visits) {
    Map<Integer, Integer> counts = new TreeMap<>();
    visits.all().forEach(visit -> counts.merge(visit.get(0).image(), 1, Integer::sum));
    return counts;
  }

  @Test
  void eachVisitLooksUpTheFeaturesOfOneImage() {
    for (List<Visits.LookUp> visit : new Visits(10, 50, 1, 1).all()) {
      assertEquals(24, visit.size());
      assertEquals(1, visit.stream().map(Visits.LookUp::image).distinct().count());
      for (Importance importance : Importance.values()) {
        assertEquals(
            importance.lookUpsPerVisit,
            visit.stream().filter(lookUp -> lookUp.importance() == importance).count());
      }
    }
  }

  @Test
  void favouritesAreVisitedAsTheSkewSays() {
    int visits = 20_000;
    Map<Integer, Integer> skewed = visitsOfEach(new Visits(100, visits, 1, 3));
    double harmonic = 5.187; // the sum of 1/k for k from 1 to 100
    assertEquals(visits / harmonic, Collections.max(skewed.values()), 0.05 * visits / harmonic);
    Map<Integer, Integer> even = visitsOfEach(new Visits(100, visits, 0, 3));
    assertEquals(100, even.size());
    assertTrue(Collections.max(even.values()) < 1.5 * visits / 100, even.toString());
  }

  @Test
  void visitsFollowFromTheSeed() {
    assertEquals(new Visits(10, 50, 1, 1).all(), new Visits(10, 50, 1, 1).all());
    assertNotEquals(new Visits(10, 50, 1, 1).all(), new Visits(10, 50, 1, 2).all());
  }
}
