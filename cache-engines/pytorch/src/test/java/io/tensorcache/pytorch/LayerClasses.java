package io.tensorcache.pytorch;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.AdaptiveLogSoftmaxWithLossImpl;
import org.bytedeco.pytorch.AdaptiveLogSoftmaxWithLossOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.FractionalMaxPool2dImpl;
import org.bytedeco.pytorch.FractionalMaxPool2dOptions;
import org.bytedeco.pytorch.FractionalMaxPool3dImpl;
import org.bytedeco.pytorch.FractionalMaxPool3dOptions;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.TransformerImpl;
import org.bytedeco.pytorch.TransformerOptions;

/** The layer classes of the presets, and one of each, made by reflection. */
final class LayerClasses {
  private LayerClasses() {}

  /** Those with options, without their abstract bases. */
  static List<Class<? extends Module>> all() throws Exception {
    Path jar = Path.of(Module.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<? extends Module>> all = new ArrayList<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : Collections.list(file.entries())) {
        if (entry.getName().matches("org/bytedeco/pytorch/[A-Za-z0-9]+Impl\\.class")) {
          String name = entry.getName().replace('/', '.').replace(".class", "");
          Class<?> type = Class.forName(name, false, LayerClasses.class.getClassLoader());
          if (Module.class.isAssignableFrom(type) && !optionsOf(type).isEmpty()) {
            all.add(type.asSubclass(Module.class));
          }
        }
      }
    }
    return all;
  }

  static List<Class<?>> optionsOf(Class<?> layer) {
    List<Class<?>> options = new ArrayList<>();
    for (String getter : List.of("options", "options_base")) {
      try {
        options.add(layer.getMethod(getter).getReturnType());
      } catch (NoSuchMethodException e) {
        continue;
      }
    }
    return options;
  }

  /** A layer made by the first constructor that takes what it is given; null if there is none. */
  static Module build(Class<? extends Module> layer) {
    LongPointer size = new LongPointer(2, 2, 2);
    if (layer == FractionalMaxPool2dImpl.class) {
      FractionalMaxPool2dOptions options = new FractionalMaxPool2dOptions(size);
      set(options.output_size(), 2).putLong(0, 2).putLong(8, 2);
      return new FractionalMaxPool2dImpl(options);
    } else if (layer == FractionalMaxPool3dImpl.class) {
      FractionalMaxPool3dOptions options = new FractionalMaxPool3dOptions(size);
      set(options.output_ratio(), 3).putDouble(0, 0.5).putDouble(8, 0.5).putDouble(16, 0.5);
      return new FractionalMaxPool3dImpl(options);
    } else if (layer == AdaptiveLogSoftmaxWithLossImpl.class) {
      return new AdaptiveLogSoftmaxWithLossImpl(
          new AdaptiveLogSoftmaxWithLossOptions(16, 20, new LongVector(4, 10)));
    } else if (layer
        == TransformerImpl.class) { // has 176 MB of weights unless it is told otherwise
      return new TransformerImpl(new TransformerOptions(4, 4, 1, 1));
    }
    return (Module) make(layer, 0);
  }

  private static ByteBuffer set(Pointer optionalArray, int length) {
    return OptionReader.optionalArray(optionalArray, length).put(8 * length, (byte) 1);
  }

  private static Object make(Class<?> type, int depth) {
    List<Constructor<?>> constructors =
        Stream.of(type.getConstructors())
            .filter(c -> Modifier.isPublic(c.getModifiers()))
            .filter(c -> !List.of(c.getParameterTypes()).contains(Pointer.class))
            .filter(c -> !List.of(c.getParameterTypes()).contains(type))
            .sorted(Comparator.comparing(Constructor::getParameterCount))
            .toList();
    for (Constructor<?> constructor : constructors) {
      try {
        Object[] arguments =
            Stream.of(constructor.getParameterTypes())
                .map(parameter -> value(parameter, depth))
                .toArray();
        Object made = constructor.newInstance(arguments);
        if (made instanceof Pointer pointer && !pointer.isNull()) {
          return made;
        }
      } catch (InvocationTargetException
          | InstantiationException
          | IllegalAccessException
          | IllegalArgumentException e) {
        continue; // another constructor may do
      }
    }
    return null;
  }

  private static Object value(Class<?> type, int depth) {
    if (type == long.class || type == int.class) {
      return type == long.class ? (Object) 4L : (Object) 4;
    } else if (type == double.class) {
      return 0.5;
    } else if (type == boolean.class) {
      return false;
    } else if (type == LongPointer.class) {
      return new LongPointer(2, 2, 2, 2, 2, 2);
    } else if (type == DoublePointer.class) {
      return new DoublePointer(0.5, 0.5, 0.5, 0.5, 0.5, 0.5);
    } else if (type == LongVector.class) {
      return new LongVector(2, 3);
    } else if (type == LongOptional.class) {
      return optionals();
    } else if (type == DoubleOptional.class) {
      return new DoubleOptional(0.5);
    } else if (depth < 3 && type.getName().startsWith("org.bytedeco.pytorch.")) {
      return make(type, depth + 1);
    }
    throw new IllegalArgumentException("no value of " + type);
  }

  /** Three numbers in a row, as an array of optional ones. */
  private static LongOptional optionals() {
    org.bytedeco.javacpp.BytePointer bytes = new org.bytedeco.javacpp.BytePointer(48).zero();
    for (int i = 0; i < 3; i++) {
      bytes.putLong(16L * i, 2);
      bytes.put(16L * i + 8, (byte) 1);
    }
    return new LongOptional(bytes);
  }
}
