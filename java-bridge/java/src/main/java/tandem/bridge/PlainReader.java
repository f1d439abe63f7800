package tandem.bridge;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.JavaType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads short, plain events in one pass, where the result is beyond doubt what the serialization library gives: texts are
 * ASCII without escapes, numbers are integers of at most 18 digits, and the wanted type is Object, Map, List or String.
 * Anything else is left to the library, from the beginning.
 *
 * <p>Threads: an instance is immutable.
 */
final class PlainReader {
  /** What {@link #read} gives for texts that are not for this reader, good or bad. */
  static final Object NOT_PLAIN = new Object();

  /** Up to this size one pass beats the library's machinery. */
  static final int MAX_SIZE = 1024;

  private static final int MAX_DEPTH = 16;
  private static final int MAX_DIGITS = 18;

  private enum Shape {
    ANY,
    TEXT,
    LIST,
    MAP
  }

  private final Shape root;
  private final boolean textsOnly;

  private PlainReader(Shape root, boolean textsOnly) {
    this.root = root;
    this.textsOnly = textsOnly;
  }

  /** The reader for a type, or null where the library has to read it. */
  static PlainReader of(JavaType type) {
    Class<?> raw = type.getRawClass();
    if (raw == Object.class) {
      return new PlainReader(Shape.ANY, false);
    }
    if (raw == String.class) {
      return new PlainReader(Shape.TEXT, false);
    }
    if (raw != Map.class && raw != List.class) {
      return null;
    }
    if (raw == Map.class && !isTextOrAny(type.getKeyType())) {
      return null;
    }
    JavaType content = type.getContentType();
    return isTextOrAny(content)
        ? new PlainReader(raw == Map.class ? Shape.MAP : Shape.LIST, content.getRawClass() == String.class)
        : null;
  }

  /** Whether the type says that a map's or a list's values are texts. */
  boolean readsTextsOnly() {
    return textsOnly;
  }

  private static boolean isTextOrAny(JavaType type) {
    return type != null && (type.getRawClass() == Object.class || type.getRawClass() == String.class);
  }

  /** The value of the first {@code size} bytes, or {@link #NOT_PLAIN}. */
  Object read(byte[] text, int size) {
    if (size > MAX_SIZE) {
      return NOT_PLAIN;
    }
    Cursor cursor = new Cursor(text, size);
    Object value = root(cursor, cursor.next());
    return value == NOT_PLAIN || cursor.next() != Cursor.END ? NOT_PLAIN : value;
  }

  private Object root(Cursor cursor, int first) {
    switch (root) {
      case TEXT:
        return first == '"' ? cursor.text() : NOT_PLAIN;
      case LIST:
        return first == '[' ? cursor.list(textsOnly, 1) : NOT_PLAIN;
      case MAP:
        return first == '{' ? cursor.map(textsOnly, 1) : NOT_PLAIN;
      default:
        // A null at the root is the library's to decide.
        return first == 'n' ? NOT_PLAIN : cursor.any(1);
    }
  }

  /** A place in one text. */
  private static final class Cursor {
    static final int END = -1;

    private final byte[] text;
    private final int end;
    private int at;

    Cursor(byte[] text, int end) {
      this.text = text;
      this.end = end;
    }

    /** The next byte that is not white space; it stays to be read. */
    int next() {
      while (at < end) {
        byte b = text[at];
        if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
          return b;
        }
        at++;
      }
      return END;
    }

    Object any(int depth) {
      int first = next();
      switch (first) {
        case '"':
          return text();
        case '{':
          return map(false, depth);
        case '[':
          return list(false, depth);
        case 't':
          return literal("true", Boolean.TRUE);
        case 'f':
          return literal("false", Boolean.FALSE);
        case 'n':
          return literal("null", null);
        default:
          return first == '-' || first >= '0' && first <= '9' ? integer() : NOT_PLAIN;
      }
    }

    private Object literal(String name, Object value) {
      int size = name.length();
      if (end - at < size) {
        return NOT_PLAIN;
      }
      for (int i = 0; i < size; i++) {
        if (text[at + i] != name.charAt(i)) {
          return NOT_PLAIN;
        }
      }
      at += size;
      return isDelimiter() ? value : NOT_PLAIN;
    }

    private Object integer() {
      boolean negative = text[at] == '-';
      int first = negative ? at + 1 : at;
      int last = first;
      long number = 0;
      while (last < end && text[last] >= '0' && text[last] <= '9' && last - first <= MAX_DIGITS) {
        number = number * 10 + (text[last++] - '0');
      }
      int digits = last - first;
      if (digits == 0 || digits > MAX_DIGITS || digits > 1 && text[first] == '0') {
        return NOT_PLAIN;
      }
      at = last;
      if (!isDelimiter()) {
        return NOT_PLAIN;
      }
      long value = negative ? -number : number;
      if (value == (int) value) {
        return (int) value;
      }
      return value;
    }

    /** Whether a number or a literal may end here. */
    private boolean isDelimiter() {
      if (at == end) {
        return true;
      }
      byte b = text[at];
      return b == ',' || b == '}' || b == ']' || b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** A text without its quotes, the first of which is here. */
    Object text() {
      int first = at + 1;
      for (int i = first; i < end; i++) {
        byte b = text[i];
        if (b == '"') {
          at = i + 1;
          return i == first ? "" : new String(text, first, i - first, StandardCharsets.ISO_8859_1);
        }
        if (b < ' ' || b == '\\') {
          return NOT_PLAIN;
        }
      }
      return NOT_PLAIN;
    }

    private Object value(boolean textsOnly, int depth) {
      if (!textsOnly) {
        return depth < MAX_DEPTH ? any(depth + 1) : NOT_PLAIN;
      }
      int first = next();
      if (first == '"') {
        return text();
      }
      return first == 'n' ? literal("null", null) : NOT_PLAIN;
    }

    Object map(boolean textsOnly, int depth) {
      Map<String, Object> map = new LinkedHashMap<>();
      at++;
      if (next() == '}') {
        at++;
        return map;
      }
      while (next() == '"') {
        Object key = text();
        if (key == NOT_PLAIN || next() != ':') {
          return NOT_PLAIN;
        }
        at++;
        Object value = value(textsOnly, depth);
        if (value == NOT_PLAIN) {
          return NOT_PLAIN;
        }
        map.put((String) key, value);
        int after = next();
        at++;
        if (after == '}') {
          return map;
        }
        if (after != ',') {
          return NOT_PLAIN;
        }
      }
      return NOT_PLAIN;
    }

    Object list(boolean textsOnly, int depth) {
      List<Object> list = new ArrayList<>();
      at++;
      if (next() == ']') {
        at++;
        return list;
      }
      for (;;) {
        Object value = value(textsOnly, depth);
        if (value == NOT_PLAIN) {
          return NOT_PLAIN;
        }
        list.add(value);
        int after = next();
        at++;
        if (after == ']') {
          return list;
        }
        if (after != ',') {
          return NOT_PLAIN;
        }
      }
    }
  }
}
