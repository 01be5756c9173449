package io.tensorcache.pytorch;

import io.tensorcache.Fingerprint;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.pytorch.AnyModule;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleExpandingArrayOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.DoubleVectorOptional;
import org.bytedeco.pytorch.LongExpandingArrayOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.LongVectorOptional;
import org.bytedeco.pytorch.StringLongVector;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Reads one option of the presets' option classes by its getter. */
final class OptionReader {
  private static final String NONE = "none";

  /** {@code ExpandingArray<2*2>} has four numbers, and so has one with optional elements. */
  private static final Pattern ARRAY =
      Pattern.compile(
          "ExpandingArray(?:WithOptionalElem)?<([0-9*]+)>|Options<([0-9]+)>::ExpandingArrayDouble");

  private static final int ALTERNATIVES = 8;

  /** How an option of one type is read; {@code count} numbers if it is an array. */
  private interface Reader {
    @Nullable String read(Object value, int count);
  }

  private static final Map<Class<?>, Reader> READERS =
      Map.ofEntries(
          Map.entry(LongPointer.class, (v, n) -> array(n, i -> ((LongPointer) v).get(i))),
          Map.entry(DoublePointer.class, (v, n) -> array(n, i -> ((DoublePointer) v).get(i))),
          Map.entry(BoolPointer.class, (v, n) -> Boolean.toString(((BoolPointer) v).get())),
          Map.entry(BytePointer.class, (v, n) -> quoted(((BytePointer) v).getString())),
          Map.entry(LongVector.class, (v, n) -> java.util.Arrays.toString(((LongVector) v).get())),
          Map.entry(BoolOptional.class, (v, n) -> optional((BoolOptional) v)),
          Map.entry(DoubleOptional.class, (v, n) -> optional((DoubleOptional) v)),
          Map.entry(LongOptional.class, (v, n) -> array(n, i -> optional((LongOptional) v, i))),
          Map.entry(LongVectorOptional.class, (v, n) -> optional((LongVectorOptional) v)),
          Map.entry(DoubleVectorOptional.class, (v, n) -> optional((DoubleVectorOptional) v)),
          Map.entry(
              LongExpandingArrayOptional.class,
              (v, n) ->
                  optional((Pointer) v, n, i -> optionalArray((Pointer) v, n).getLong(8 * i))),
          Map.entry(
              DoubleExpandingArrayOptional.class,
              (v, n) ->
                  optional((Pointer) v, n, i -> optionalArray((Pointer) v, n).getDouble(8 * i))),
          Map.entry(StringLongVector.class, (v, n) -> named((StringLongVector) v)),
          Map.entry(AnyModule.class, (v, n) -> module((AnyModule) v)),
          Map.entry(Tensor.class, (v, n) -> digest((Tensor) v)));

  private OptionReader() {}

  /** The getters of a class of options and what it inherits, by name. */
  static List<Method> getters(Class<?> options) {
    return Stream.of(options.getMethods())
        .filter(method -> method.getParameterCount() == 0 && !method.isSynthetic())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getDeclaringClass().getName().startsWith("org.bytedeco.pytorch."))
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  /** Whether options of the getter's type can be read, whatever they hold. */
  static boolean canRead(Method getter) {
    Class<?> type = getter.getReturnType();
    return count(getter) > 0 && (READERS.containsKey(type) || isName(type) || isVariant(type));
  }

  /** The value as text, equal only for equal values; null if it cannot be read. */
  static @Nullable String read(Object owner, Method getter) {
    if (!canRead(getter)) {
      return null;
    }
    Object value = null;
    try {
      value = getter.invoke(owner);
    } catch (InvocationTargetException | IllegalAccessException e) {
      return null; // a variant that holds another alternative than this getter's
    }
    if (value == null || value instanceof Pointer pointer && pointer.isNull()) {
      return NONE;
    }
    Class<?> type = getter.getReturnType();
    Reader reader = READERS.get(type);
    if (reader != null) {
      return reader.read(value, count(getter));
    }
    return isName(type) ? type.getSimpleName() : variant(value, type);
  }

  /** An empty type such as {@code kBilinear}, of which the name is all. */
  private static boolean isName(Class<?> type) {
    return type.getSimpleName().matches("k[A-Z].*") && !isVariant(type);
  }

  private static boolean isVariant(Class<?> type) {
    return alternative(type, 0) != null;
  }

  private static @Nullable Method alternative(Class<?> variant, int index) {
    try {
      return variant.getMethod("get" + index);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /** Which of several types it holds, and its value; null if it is one that cannot be read. */
  private static @Nullable String variant(Object value, Class<?> type) {
    for (int i = 0; i < ALTERNATIVES; i++) {
      Method getter = alternative(type, i);
      String text = getter == null ? null : read(value, getter);
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  /** How many numbers are behind a getter's pointer; 0 if that is not known. */
  private static int count(Method getter) {
    Cast cast = cast(getter);
    String text = cast == null ? "" : String.join(" ", cast.value());
    Matcher array = ARRAY.matcher(text);
    if (array.find()) {
      String factors = array.group(1) == null ? array.group(2) : array.group(1);
      return Stream.of(factors.split("\\*")).mapToInt(Integer::parseInt).reduce(1, (a, b) -> a * b);
    }
    boolean isOne = !text.contains("Array") && !text.contains("optional");
    return isOne ? 1 : 0;
  }

  /** Of a variant's alternative it is at the static method that this one calls. */
  private static @Nullable Cast cast(Method getter) {
    Cast cast = getter.getAnnotation(Cast.class);
    if (cast != null) {
      return cast;
    }
    try {
      Class<?> owner = getter.getDeclaringClass();
      return owner.getDeclaredMethod(getter.getName(), owner).getAnnotation(Cast.class);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  private static String array(int count, IntFunction<Object> number) {
    StringJoiner text = new StringJoiner("x");
    for (int i = 0; i < count; i++) {
      text.add(String.valueOf(number.apply(i)));
    }
    return text.toString();
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String optional(BoolOptional value) {
    return value.has_value() ? Boolean.toString(value.get()) : NONE;
  }

  private static String optional(DoubleOptional value) {
    return value.has_value() ? Double.toString(value.get()) : NONE;
  }

  private static String optional(LongOptional first, int index) {
    LongOptional value = index == 0 ? first : first.getPointer(index);
    return value.has_value() ? Long.toString(value.get()) : NONE;
  }

  private static String optional(LongVectorOptional value) {
    return value.has_value() ? java.util.Arrays.toString(value.get().get()) : NONE;
  }

  private static String optional(DoubleVectorOptional value) {
    return value.has_value() ? java.util.Arrays.toString(value.get().get()) : NONE;
  }

  /**
   * Where an optional array of this many 64-bit numbers lies, then whether there is one. The
   * presets look for that behind the first number, whatever the count.
   */
  static ByteBuffer optionalArray(Pointer value, int count) {
    return NativeBytes.at(value.address(), (count + 1L) * Long.BYTES);
  }

  private static String optional(Pointer value, int count, IntFunction<Object> number) {
    boolean isThere = optionalArray(value, count).get(count * Long.BYTES) != 0;
    return isThere ? array(count, number) : NONE;
  }

  private static String named(StringLongVector pairs) {
    StringJoiner text = new StringJoiner(", ", "{", "}");
    for (long i = 0; i < pairs.size(); i++) {
      text.add(quoted(pairs.first(i).getString()) + "=" + pairs.second(i));
    }
    return text.toString();
  }

  /** The module is a submodule of the layer too, whose weights and options count by themselves. */
  private static String module(AnyModule any) {
    return any.is_empty() ? NONE : any.ptr().name().getString();
  }

  private static String digest(Tensor tensor) {
    return tensor.defined()
        ? Fingerprint.ofWeights(Map.of("option", tensor), PyTorch.tensors()).digest().toString()
        : NONE;
  }
}
