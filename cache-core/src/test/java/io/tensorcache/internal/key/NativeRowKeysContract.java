package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tensorcache.RequiresNative;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.NativeLibraryException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The C++ back end with instructions forced by name. */
@RequiresNative
abstract class NativeRowKeysContract extends RowKeysContract {
  private final String instructions;

  NativeRowKeysContract(String instructions) {
    this.instructions = instructions;
  }

  @Override
  RowKeys keys(KeyAlgorithm algorithm, int samplesPerRow, byte @Nullable [] salt) {
    return RowKeys.create(KeyBackend.NATIVE, algorithm, samplesPerRow, salt, this::open);
  }

  private NativeRowHasher open(KeyMaterial material) {
    try {
      return NativeRowHasher.open(material, instructions);
    } catch (NativeLibraryException e) {
      if (String.valueOf(e.getMessage()).contains("does not support " + instructions)) {
        abort("requirement '" + instructions + "': " + e.getMessage());
      }
      throw e;
    }
  }

  @Test
  void isTheBackEndThatWasForced() {
    assertEquals(KeyBackend.NATIVE, keys().backend());
    assertEquals("NATIVE (" + instructions + ")", keys().description());
  }

  @Test
  void derivesTheSameKeyMaterialAsJava() {
    for (byte[] salt : new byte[][] {null, Rows.seed2(), Rows.random(random, 32)}) {
      KeyMaterial material = KeyMaterial.of(salt);
      assertArrayEquals(material.words(), open(material).material());
    }
  }
}
