package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of others as JCuda's objects. */
class HandlesTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 0x7fff_1234_5678L, Long.MIN_VALUE, -1})
  void keepsAnyAddress(long address) {
    CUstream stream = new CUstream();
    assertSame(stream, Handles.set(stream, address));
    assertEquals(address, Handles.address(stream));
    assertEquals(address, Handles.address(Driver.stream(address)));
    assertEquals(address, Handles.address(Driver.event(address)));
    assertEquals(address, Handles.address(Driver.at(address)));
  }

  @Test
  void anAddressIsReplacedAndIsOfOneHandleOnly() {
    CUevent first = Handles.set(new CUevent(), 7);
    CUdeviceptr other = Handles.set(new CUdeviceptr(), 8);
    Handles.set(first, 9);
    assertEquals(9, Handles.address(first));
    assertEquals(8, Handles.address(other));
    assertEquals(0, Handles.address(new CUevent()));
  }
}
