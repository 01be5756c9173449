package io.tensorcache.pytorch;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleExpandingArrayOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.DoubleVector;
import org.bytedeco.pytorch.DoubleVectorOptional;
import org.bytedeco.pytorch.LongExpandingArrayOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.LongVectorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Changes of one option of a layer, each to a value that it does not have. */
final class OptionChanges {
  private OptionChanges() {}

  /** One for each number of an array, one for each other alternative of a choice. */
  static List<Runnable> of(Pointer options, Method getter) throws Exception {
    List<Runnable> changes = new ArrayList<>();
    Object value = getter.invoke(options);
    int count = numbers(OptionReader.read(options, getter));
    if (value instanceof LongPointer longs) {
      for (int i = 0; i < count; i++) {
        int at = i;
        changes.add(() -> longs.put(at, longs.get(at) + 1));
      }
    } else if (value instanceof DoublePointer doubles) {
      for (int i = 0; i < count; i++) {
        int at = i;
        changes.add(() -> doubles.put(at, doubles.get(at) + 0.25));
      }
    } else if (value instanceof BoolPointer flag) {
      changes.add(() -> flag.put(!flag.get()));
    } else if (value instanceof BoolOptional flag) {
      changes.add(() -> flag.put(false));
      changes.add(() -> flag.put(true));
    } else if (value instanceof DoubleOptional number) {
      changes.add(() -> number.put(number.has_value() ? number.get() + 1 : 0));
      changes.add(() -> number.put(number.get() + 1));
    } else if (value instanceof LongOptional numbers) {
      for (int i = 0; i < count; i++) {
        LongOptional number = i == 0 ? numbers : numbers.getPointer(i);
        changes.add(() -> number.put(number.has_value() ? number.get() + 1 : 0));
      }
    } else if (value instanceof LongVector numbers) {
      changes.add(() -> numbers.put(new LongVector(5, 6, 7)));
      changes.add(() -> numbers.put(new LongVector(5, 6, 8)));
    } else if (value instanceof LongVectorOptional numbers) {
      changes.add(() -> numbers.put(new LongVector(5, 6)));
      changes.add(() -> numbers.put(new LongVector(5, 7)));
    } else if (value instanceof DoubleVectorOptional numbers) {
      changes.add(() -> numbers.put(new DoubleVector(2.0, 2.0)));
      changes.add(() -> numbers.put(new DoubleVector(2.0, 2.5)));
    } else if (value instanceof LongExpandingArrayOptional
        || value instanceof DoubleExpandingArrayOptional) {
      int length = getter.getDeclaringClass().getSimpleName().contains("3d") ? 3 : 2;
      ByteBuffer array = OptionReader.optionalArray((Pointer) value, length);
      boolean isThere = array.get(length * Long.BYTES) != 0;
      for (int i = 0; i < (isThere ? 2 : 3); i++) { // there at last
        changes.add(() -> array.put(length * Long.BYTES, (byte) (1 - array.get(length * 8))));
      }
      for (int i = 0; i < length; i++) {
        int at = i * Long.BYTES;
        changes.add(() -> array.putLong(at, array.getLong(at) == 1 ? 2 : 1));
      }
    } else if (value instanceof Tensor tensor) {
      changes.add(() -> tensor.put(torch.ones(3)));
      changes.add(() -> tensor.put(torch.zeros(3)));
    } else if (value instanceof BytePointer) {
      texts(options, getter, changes);
    } else if (value instanceof Pointer choice) {
      alternatives(choice, changes);
    }
    return changes;
  }

  private static int numbers(String text) {
    return text == null ? 0 : text.split("x").length;
  }

  private static void texts(Pointer options, Method getter, List<Runnable> changes)
      throws Exception {
    Method setter = options.getClass().getMethod(getter.getName(), BytePointer.class);
    for (String text : List.of("tanh", "other")) {
      changes.add(() -> invoke(setter, options, new BytePointer(text)));
    }
  }

  /** Each alternative that it does not hold, by {@code put}. */
  private static void alternatives(Pointer choice, List<Runnable> changes) throws Exception {
    for (int i = 0; i < 8; i++) {
      Method getter;
      try {
        getter = choice.getClass().getMethod("get" + i);
      } catch (NoSuchMethodException e) {
        return;
      }
      Class<?> type = getter.getReturnType();
      if (OptionReader.read(choice, getter) != null || !type.getSimpleName().startsWith("k")) {
        continue;
      }
      Method put = choice.getClass().getMethod("put", type);
      Object alternative = type.getConstructor().newInstance();
      changes.add(() -> invoke(put, choice, alternative));
    }
  }

  private static void invoke(Method method, Object owner, Object argument) {
    try {
      method.invoke(owner, argument);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(method.toString(), e);
    }
  }
}
