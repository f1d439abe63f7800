package tandem.bridge;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.JavaType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes small, plain results in one pass, where the text is beyond doubt what the serialization library gives: ASCII texts
 * without escapes, integers, booleans and nulls in the JDK's own maps and lists, returned as Object, Map, List or String.
 * Anything else is left to the library, from the beginning.
 *
 * <p>Threads: an instance is immutable.
 */
final class PlainWriter {
  /** What {@link #write} gives for values that are not for this writer. */
  static final int NOT_PLAIN = -1;

  /** Up to this size one pass beats the library's machinery. */
  static final int MAX_SIZE = 1024;

  private static final int MAX_DEPTH = 16;
  private static final int MAX_DIGITS = 20;
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};

  private final Class<?> root;
  private final boolean textsOnly;

  private PlainWriter(Class<?> root, boolean textsOnly) {
    this.root = root;
    this.textsOnly = textsOnly;
  }

  /** The writer for a declared type, or null where the library has to write it: the types that are read likewise. */
  static PlainWriter of(JavaType type) {
    PlainReader reader = PlainReader.of(type);
    return reader == null ? null : new PlainWriter(type.getRawClass(), reader.readsTextsOnly());
  }

  /** Writes to the beginning of {@code to}; returns the size, or {@link #NOT_PLAIN} where it is not for this writer. */
  int write(Object value, byte[] to) {
    if (value != null && !root.isInstance(value)) {
      return NOT_PLAIN;  // not what its declared type says
    }
    return any(value, textsOnly, to, 0, 1);
  }

  private static int any(Object value, boolean textsInside, byte[] to, int at, int depth) {
    if (value == null) {
      return literal(NULL, to, at);
    }
    Class<?> type = value.getClass();
    if (type == String.class) {
      return text((String) value, to, at);
    }
    if (depth > MAX_DEPTH) {
      return NOT_PLAIN;
    }
    if (type == LinkedHashMap.class || type == HashMap.class || type == TreeMap.class) {
      return map((Map<?, ?>) value, textsInside, to, at, depth);
    }
    if (type == ArrayList.class) {
      return list((List<?>) value, textsInside, to, at, depth);
    }
    if (type == Integer.class || type == Long.class) {
      return integer(((Number) value).longValue(), to, at);
    }
    if (type == Boolean.class) {
      return literal((Boolean) value ? TRUE : FALSE, to, at);
    }
    return NOT_PLAIN;
  }

  /** A value of a map or a list. */
  private static int inside(Object value, boolean textsInside, byte[] to, int at, int depth) {
    if (textsInside && value != null && value.getClass() != String.class) {
      return NOT_PLAIN;  // not what its declared type says
    }
    return any(value, false, to, at, depth + 1);
  }

  private static int literal(byte[] name, byte[] to, int at) {
    if (to.length - at < name.length) {
      return NOT_PLAIN;
    }
    System.arraycopy(name, 0, to, at, name.length);
    return at + name.length;
  }

  private static int text(String value, byte[] to, int begin) {
    int size = value.length();
    if (to.length - begin < size + 2) {
      return NOT_PLAIN;
    }
    int at = begin;
    to[at++] = '"';
    for (int i = 0; i < size; i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return NOT_PLAIN;
      }
      to[at++] = (byte) c;
    }
    to[at++] = '"';
    return at;
  }

  private static int integer(long value, byte[] to, int begin) {
    if (to.length - begin < MAX_DIGITS || value == Long.MIN_VALUE) {
      return NOT_PLAIN;
    }
    int at = begin;
    if (value < 0) {
      to[at++] = '-';
    }
    long rest = Math.abs(value);
    int digits = 1;
    for (long power = 10; digits < MAX_DIGITS - 1 && rest >= power; power *= 10) {
      digits++;
    }
    for (int i = at + digits - 1; i >= at; i--) {
      to[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return at + digits;
  }

  private static int map(Map<?, ?> map, boolean textsInside, byte[] to, int begin, int depth) {
    int at = begin;
    if (to.length - at < 2) {
      return NOT_PLAIN;
    }
    to[at++] = '{';
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object key = entry.getKey();
      Object value = entry.getValue();
      if (key == null || key.getClass() != String.class) {
        return NOT_PLAIN;
      }
      if (value == null) {
        continue;  // J-68
      }
      at = separator(first, to, at);
      at = at == NOT_PLAIN ? at : text((String) key, to, at);
      if (at == NOT_PLAIN || at == to.length) {
        return NOT_PLAIN;
      }
      to[at++] = ':';
      at = inside(value, textsInside, to, at, depth);
      if (at == NOT_PLAIN) {
        return NOT_PLAIN;
      }
      first = false;
    }
    return close('}', to, at);
  }

  private static int list(List<?> list, boolean textsInside, byte[] to, int begin, int depth) {
    int at = begin;
    if (to.length - at < 2) {
      return NOT_PLAIN;
    }
    to[at++] = '[';
    boolean first = true;
    for (Object value : list) {
      at = separator(first, to, at);
      at = at == NOT_PLAIN ? at : inside(value, textsInside, to, at, depth);
      if (at == NOT_PLAIN) {
        return NOT_PLAIN;
      }
      first = false;
    }
    return close(']', to, at);
  }

  private static int separator(boolean first, byte[] to, int at) {
    if (first) {
      return at;
    }
    return close(',', to, at);
  }

  private static int close(char mark, byte[] to, int at) {
    if (at == to.length) {
      return NOT_PLAIN;
    }
    to[at] = (byte) mark;
    return at + 1;
  }
}
