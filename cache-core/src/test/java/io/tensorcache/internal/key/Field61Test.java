package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Field61Test {
  private static final BigInteger P = BigInteger.valueOf(Field61.PRIME);

  @Test
  void agreesWithBigIntegers() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      long a = i < 4 ? Field61.PRIME - 1 - i : Field61.reduce(random.nextLong());
      long b = i < 2 ? Field61.PRIME - 1 : Field61.reduce(random.nextLong());
      BigInteger x = BigInteger.valueOf(a);
      BigInteger y = BigInteger.valueOf(b);
      String what = "random seed " + seed;
      assertEquals(x.multiply(y).mod(P).longValue(), Field61.multiply(a, b), what);
      assertEquals(x.add(y).mod(P).longValue(), Field61.add(a, b), what);
      assertEquals(x.subtract(y).mod(P).longValue(), Field61.subtract(a, b), what);
    }
  }

  @Test
  void reducesAllSixtyFourBits() {
    assertEquals(7, Field61.reduce(-1));
    assertEquals(0, Field61.reduce(Field61.PRIME));
    assertEquals(4, Field61.reduce(Long.MIN_VALUE));
  }
}
