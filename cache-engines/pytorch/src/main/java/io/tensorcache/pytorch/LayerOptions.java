package io.tensorcache.pytorch;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Comparator;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;

/**
 * The options of a layer as text: what it computes with beside its weights, such as a stride, a
 * slope or an epsilon. Reads the getters of the presets' option classes: numbers, flags, arrays of
 * numbers and optional numbers.
 */
final class LayerOptions {
  private static final Pattern ARRAY =
      Pattern.compile("ExpandingArray(?:WithOptionalElem)?<(\\d+)>");

  private LayerOptions() {}

  /** The options of a layer of the presets; empty for a module that has none. */
  static String of(Module layer) {
    try {
      Object options = layer.getClass().getMethod("options").invoke(layer);
      return options instanceof Pointer pointer && !pointer.isNull() ? text(pointer) : "";
    } catch (NoSuchMethodException e) {
      return "";
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read the options of " + layer, e);
    }
  }

  private static String text(Pointer options) throws IllegalAccessException {
    StringJoiner text = new StringJoiner(", ", "(", ")");
    Method[] getters =
        Stream.of(options.getClass().getDeclaredMethods())
            .filter(method -> method.getParameterCount() == 0 && !method.isSynthetic())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> Pointer.class.isAssignableFrom(method.getReturnType()))
            .sorted(Comparator.comparing(Method::getName))
            .toArray(Method[]::new);
    for (Method getter : getters) {
      text.add(getter.getName() + "=" + value(options, getter));
    }
    return text.toString();
  }

  private static String value(Pointer owner, Method getter) throws IllegalAccessException {
    Object value;
    try {
      value = getter.invoke(owner);
    } catch (InvocationTargetException e) {
      return "another"; // a variant that holds another alternative than this getter's
    }
    if (value instanceof LongPointer longs) {
      return longs(longs, getter);
    } else if (value instanceof DoublePointer number) {
      return doubles(number, getter);
    } else if (value instanceof BoolPointer flag) {
      return Boolean.toString(flag.get());
    } else if (value instanceof FloatPointer number) {
      return Float.toString(number.get());
    } else if (value instanceof IntPointer number) {
      return Integer.toString(number.get());
    } else if (value instanceof BytePointer name) {
      return name.getString();
    } else if (value instanceof LongVector numbers) {
      return java.util.Arrays.toString(numbers.get());
    } else if (value instanceof DoubleOptional number) {
      return number.has_value() ? Double.toString(number.get()) : "none";
    } else if (value instanceof LongOptional number) {
      return number.has_value() ? Long.toString(number.get()) : "none";
    }
    return value instanceof Pointer variant ? variant(variant) : "none";
  }

  /**
   * A choice of several types: which one it holds, and its value if that is a number or an array.
   */
  private static String variant(Pointer variant) throws IllegalAccessException {
    StringJoiner text = new StringJoiner("|", variant.getClass().getSimpleName() + "<", ">");
    for (int alternative = 0; alternative < 8; alternative++) {
      try {
        Method getter = variant.getClass().getMethod("get" + alternative);
        String value = value(variant, getter);
        text.add(value.contains("<") ? getter.getReturnType().getSimpleName() : value);
      } catch (NoSuchMethodException e) {
        break;
      }
    }
    return text.toString();
  }

  private static int count(Method getter) {
    Cast cast = getter.getAnnotation(Cast.class);
    Matcher array = ARRAY.matcher(cast == null ? "" : String.join(" ", cast.value()));
    return array.find() ? Integer.parseInt(array.group(1)) : 1;
  }

  private static String longs(LongPointer longs, Method getter) {
    StringJoiner text = new StringJoiner("x");
    for (int i = 0; i < count(getter); i++) {
      text.add(Long.toString(longs.get(i)));
    }
    return text.toString();
  }

  private static String doubles(DoublePointer doubles, Method getter) {
    StringJoiner text = new StringJoiner("x");
    for (int i = 0; i < count(getter); i++) {
      text.add(Double.toString(doubles.get(i)));
    }
    return text.toString();
  }
}
