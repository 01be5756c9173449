package io.tensorcache.internal.transfer;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Wider elements come first in a safetensors file, so that all lie aligned; then by name. */
final class SafetensorsOrder {
  private SafetensorsOrder() {}

  /** The numbers of the outputs in the order in which they are written. */
  static List<Integer> of(List<Manifest.Output> outputs) {
    Comparator<Integer> widest =
        Comparator.comparing(i -> -outputs.get(i).part().storedDtype().byteSize());
    return IntStream.range(0, outputs.size())
        .boxed()
        .sorted(widest.thenComparing(i -> String.valueOf(outputs.get(i).tensor())))
        .toList();
  }
}
