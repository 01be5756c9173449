package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.SharedModuleVector;
import org.junit.jupiter.api.Test;

class SharedPointersTest {
  @Test
  @SuppressWarnings("try") // a scope acts by being open
  void readsTheAddressesThatReferencesGive() {
    try (PointerScope scope = new PointerScope()) {
      SequentialImpl net = new SequentialImpl();
      for (int i = 0; i < 10; i++) {
        SharedModuleVector modules = net.modules(false);
        assertEquals(2 * i, modules.size());
        assertTrue(SharedPointers.isLaidOutAsExpected(modules));
        assertArrayEquals(SharedPointers.slowly(modules), SharedPointers.addresses(modules));
        net.push_back("linear" + i, new LinearImpl(2, 2));
        net.push_back("relu" + i, new ReLUImpl());
      }
    }
  }
}
