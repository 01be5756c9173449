package io.tensorcache.samples.multilevel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What a program that shows and compares images asks for. It visits one image after the other, and
 * in each visit looks up the features of that image 24 times, in random order: the embedding 12
 * times, the shapes 8 times, the edges 4 times. Some images are visited often, most seldom: the
 * k-th favourite with a probability proportional to {@code k}<sup>{@code -skew}</sup> (Zipf).
 *
 * @param images how many there are
 * @param visits how many are made
 * @param skew 0: all images alike; 1: as words in a text
 * @param seed decides the favourites and the order
 */
record Visits(int images, int visits, double skew, long seed) {
  /** One look-up. */
  record LookUp(int image, Importance importance) {}

  /** The look-ups of each visit, in order. */
  List<List<LookUp>> all() {
    Random random = new Random(seed);
    List<Integer> favourites = new ArrayList<>(IntStream.range(0, images).boxed().toList());
    Collections.shuffle(favourites, random);
    double[] cumulative = cumulative();
    List<List<LookUp>> all = new ArrayList<>();
    for (int visit = 0; visit < visits; visit++) {
      double chance = random.nextDouble() * cumulative[images - 1];
      int found = Arrays.binarySearch(cumulative, chance);
      all.add(visit(favourites.get(found < 0 ? -found - 1 : found), random));
    }
    return all;
  }

  private double[] cumulative() {
    double[] cumulative = new double[images];
    double sum = 0;
    for (int k = 0; k < images; k++) {
      sum += Math.pow(k + 1, -skew);
      cumulative[k] = sum;
    }
    return cumulative;
  }

  private static List<LookUp> visit(int image, Random random) {
    List<LookUp> lookUps = new ArrayList<>();
    for (Importance importance : Importance.values()) {
      for (int i = 0; i < importance.lookUpsPerVisit; i++) {
        lookUps.add(new LookUp(image, importance));
      }
    }
    Collections.shuffle(lookUps, random);
    return lookUps;
  }
}
