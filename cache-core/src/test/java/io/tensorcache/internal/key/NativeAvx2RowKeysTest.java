package io.tensorcache.internal.key;

class NativeAvx2RowKeysTest extends NativeRowKeysContract {
  NativeAvx2RowKeysTest() {
    super("avx2");
  }
}
