package io.tensorcache.internal.key;

class NativeScalarRowKeysTest extends NativeRowKeysContract {
  NativeScalarRowKeysTest() {
    super("scalar");
  }
}
