package io.tensorcache.internal.key;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The specification once more in the plainest words, on arbitrary-precision integers. */
final class Reference {
  private static final BigInteger P = BigInteger.ONE.shiftLeft(61).subtract(BigInteger.ONE);
  private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);

  private Reference() {}

  static long[] key(byte[] data, KeyMaterial material, long t0, long t1) {
    ByteBuffer padded =
        ByteBuffer.allocate((data.length + 15) / 16 * 16).order(ByteOrder.LITTLE_ENDIAN);
    padded.put(data).rewind();
    BigInteger[] x = new BigInteger[8];
    for (int lane = 0; lane < 4; lane++) {
      x[lane] = lane(padded, material, lane);
    }
    x[4] = BigInteger.valueOf(data.length);
    x[5] = BigInteger.valueOf(t0);
    x[6] = BigInteger.valueOf(t1);
    x[7] = BigInteger.ONE;
    long[] out = new long[2];
    Feistel.apply(dot(material.a, x), dot(material.b, x), material.f, 0, out, 0);
    return out;
  }

  private static BigInteger lane(ByteBuffer padded, KeyMaterial material, int lane) {
    BigInteger polynomial = BigInteger.ZERO;
    for (int tile = 0; tile < padded.capacity(); tile += 4096) {
      BigInteger sum = BigInteger.ZERO;
      for (int at = tile; at < Math.min(tile + 4096, padded.capacity()); at += 8) {
        long key = material.nh[(at - tile) / 8 + lane];
        long low = padded.getInt(at) + (int) key & 0xFFFFFFFFL;
        long high = padded.getInt(at + 4) + (int) (key >>> 32) & 0xFFFFFFFFL;
        sum = sum.add(BigInteger.valueOf(low).multiply(BigInteger.valueOf(high)));
      }
      BigInteger point = BigInteger.valueOf(material.r[lane]);
      polynomial = polynomial.add(sum.mod(WORD)).multiply(point).mod(P);
    }
    return polynomial;
  }

  private static long dot(long[] coefficients, BigInteger[] x) {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < x.length; i++) {
      sum = sum.add(BigInteger.valueOf(coefficients[i]).multiply(x[i]));
    }
    return sum.mod(P).longValueExact();
  }
}
