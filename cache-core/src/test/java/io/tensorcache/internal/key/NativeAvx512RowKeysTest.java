package io.tensorcache.internal.key;

class NativeAvx512RowKeysTest extends NativeRowKeysContract {
  NativeAvx512RowKeysTest() {
    super("avx512");
  }
}
