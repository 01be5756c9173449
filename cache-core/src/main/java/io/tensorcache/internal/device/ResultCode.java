package io.tensorcache.internal.device;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import jcuda.CudaException;
import jcuda.driver.CUresult;

/**
 * What a call of the driver comes back with, also where JCuda throws it: a program that uses JCuda
 * itself may have said {@code setExceptionsEnabled(true)}, for the whole process. Stateless.
 */
final class ResultCode {
  private static final int LAST = CUresult.CUDA_ERROR_UNKNOWN;

  /** Made when one is first thrown. */
  private static final class Names {
    static final Map<String, Integer> CODES = new HashMap<>();

    static {
      for (int code = 1; code <= LAST; code++) {
        CODES.put(CUresult.stringFor(code), code);
      }
    }
  }

  private ResultCode() {}

  /** The result of a call through JCuda; it may be one that is no failure. */
  static int of(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (CudaException e) { // which has the name and nothing else
      return Names.CODES.getOrDefault(String.valueOf(e.getMessage()), LAST);
    }
  }
}
