package io.tensorcache.internal.transfer;

import io.tensorcache.error.ImportRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of a {@code .npy} file of numpy, as numpy.lib.format describes it. Objects of Python,
 * structured types and big-endian elements are refused: nothing is ever deserialised.
 *
 * @param descr numpy's name of the element type, such as {@code <f4}
 * @param shape row-major
 * @param dataOffset bytes before the elements
 */
record NpyHeader(String descr, List<Long> shape, long dataOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;

  /** numpy leaves room for the first dimension to grow to so many digits. */
  private static final int GROWTH_DIGITS = 21;

  private static final int LONGEST = 1 << 16;

  private static final Pattern DESCR = member("descr", "['\"]([^'\"]{1,16})['\"]");
  private static final Pattern ORDER = member("fortran_order", "(True|False)");
  private static final Pattern SHAPE = member("shape", "\\(([0-9L, ]*)\\)");
  private static final Pattern TYPE = Pattern.compile("([<>|=]?)([a-zA-Z?][0-9]{0,4})");

  /** One of the members, in quotes of either kind. */
  private static Pattern member(String name, String value) {
    return Pattern.compile("['\"]" + name + "['\"]\\s*:\\s*" + value);
  }

  /**
   * A type as numpy itself writes it: little-endian where the file leaves that to the machine, no
   * order where an element is one byte, and {@code b1} for what is called {@code ?} too.
   */
  private static String plainType(String descr) {
    Matcher parts = TYPE.matcher(descr);
    if (!parts.matches()) {
      throw new IllegalArgumentException(descr);
    }
    String kind = parts.group(2).equals("?") ? "b1" : parts.group(2);
    if (kind.matches("[biuV]1|O")) {
      return "|" + kind;
    }
    return (parts.group(1).equals(">") ? ">" : "<") + kind;
  }

  /** The bytes that numpy itself writes before the elements. */
  static byte[] bytes(String descr, List<Long> shape) {
    StringBuilder text = new StringBuilder();
    text.append("{'descr': '").append(descr).append("', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < shape.size(); i++) {
      text.append(i == 0 ? "" : " ").append(shape.get(i));
      text.append(i < shape.size() - 1 || shape.size() == 1 ? "," : "");
    }
    text.append("), }");
    if (!shape.isEmpty()) {
      text.append(" ".repeat(Math.max(0, GROWTH_DIGITS - shape.get(0).toString().length())));
    }
    int fixed = MAGIC.length + 4;
    text.append(" ".repeat(ALIGNMENT - (fixed + text.length() + 1) % ALIGNMENT)).append('\n');
    byte[] header = text.toString().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(fixed + header.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length).put(header);
    return out.array();
  }

  /**
   * Reads the head of a file.
   *
   * @throws ImportRefusedException if it is no such file, or one that is not read here
   */
  static NpyHeader read(InputFile file) throws IOException {
    String name = file.name();
    ByteBuffer fixed = file.upTo(0, 12);
    byte[] magic = new byte[Math.min(MAGIC.length, fixed.limit())];
    fixed.get(0, magic);
    if (fixed.limit() < 10 || !java.util.Arrays.equals(magic, MAGIC)) {
      throw new ImportRefusedException(name + " is no .npy file");
    }
    int version = fixed.get(6);
    boolean isLong = version == 2 || version == 3;
    if (version != 1 && !isLong || isLong && fixed.limit() < 12) {
      throw new ImportRefusedException(name + " has .npy version " + version + ": 1 to 3 are read");
    }
    int from = isLong ? 12 : 10;
    long length = isLong ? fixed.getInt(8) & 0xFFFFFFFFL : fixed.getShort(8) & 0xFFFF;
    if (length > LONGEST || length > file.size() - from) {
      throw new ImportRefusedException(
          name + " says that its head has " + length + " bytes; the file has " + file.size());
    }
    ByteBuffer header = file.exactly(from, (int) length);
    return parse(StandardCharsets.ISO_8859_1.decode(header).toString(), from + length, name);
  }

  private static NpyHeader parse(String text, long dataOffset, String name) {
    Matcher descr = DESCR.matcher(text);
    Matcher order = ORDER.matcher(text);
    Matcher shape = SHAPE.matcher(text);
    if (!descr.find()
        || !order.find()
        || !shape.find()
        || !TYPE.matcher(descr.group(1)).matches()) {
      throw new ImportRefusedException(
          name + ": a head that is not of plain elements: " + text.strip());
    }
    String type = plainType(descr.group(1));
    if (type.charAt(1) == 'O') {
      throw new ImportRefusedException(name + " holds objects of Python: nothing is deserialised");
    }
    if (type.charAt(0) == '>') {
      throw new ImportRefusedException(name + " is big-endian: save it as little-endian");
    }
    List<Long> dims = new ArrayList<>();
    try {
      for (String dim : shape.group(1).split(",")) {
        if (!dim.isBlank()) {
          dims.add(Long.parseLong(dim.strip().replaceFirst("(?<=[0-9])L$", "")));
        }
      }
    } catch (NumberFormatException e) {
      throw new ImportRefusedException(name + " has shape (" + shape.group(1) + ")", e);
    }
    if (order.group(1).equals("True") && dims.size() > 1) {
      throw new ImportRefusedException(
          name + " is in Fortran order: save it as numpy.ascontiguousarray");
    }
    return new NpyHeader(type, List.copyOf(dims), dataOffset);
  }
}
