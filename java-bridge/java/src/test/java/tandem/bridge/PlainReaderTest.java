package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.ObjectMapper;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the one-pass reader takes, it reads as the serialization library does; what it should leave, it leaves. */
class PlainReaderTest {
  private static final ObjectMapper MAPPER = JacksonFactory.getInstance().getMapper();

  /** Fields whose types are the ones to read. */
  @SuppressWarnings("rawtypes")
  static final class Types {
    Object any;
    String text;
    Map rawMap;
    Map<String, Object> map;
    Map<String, String> texts;
    List rawList;
    List<Object> list;
    List<String> textList;
  }

  private static Type typeOf(String field) {
    try {
      return Types.class.getDeclaredField(field).getGenericType();
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  private static PlainReader readerOf(Type type) {
    return PlainReader.of(MAPPER.constructType(type));
  }

  private static Object read(Type type, String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return readerOf(type).read(bytes, bytes.length);
  }

  /** A value with the classes of all its parts. */
  private static String describe(Object value) {
    if (value == null) {
      return "null";
    }
    StringBuilder text = new StringBuilder(value.getClass().getName());
    if (value instanceof Map) {
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        text.append('{').append(describe(entry.getKey())).append(':').append(describe(entry.getValue())).append('}');
      }
    } else if (value instanceof Collection) {
      for (Object item : (Collection<?>) value) {
        text.append('[').append(describe(item)).append(']');
      }
    } else {
      text.append('=').append(value);
    }
    return text.toString();
  }

  private static String byLibrary(Type type, String json) {
    try {
      return describe(MAPPER.readerFor(MAPPER.constructType(type)).readValue(json.getBytes(StandardCharsets.UTF_8)));
    } catch (Exception e) {
      return "refused";
    }
  }

  /** Makes JSON of every shape, most of it plain. */
  private static final class Maker {
    private static final String[] SCALARS = {
      "null", "true", "false", "0", "-0", "7", "-12", "2147483647", "2147483648", "-2147483649", "999999999999999999",
      "9999999999999999999", "1.5", "1e3", "-1.0E-2", "\"\"", "\"a\"", "\"Ada Lovelace\"", "\"\u007f~ !\"", "\"\\n\"",
      "\"\\u00e9\"", "\"\u00e9\u2713\"", "01", "+1", ".5", "nul", "tru", "NaN",
    };
    private static final String[] KEYS = {"\"a\"", "\"\"", "\"first_name\"", "\"b c\"", "\"\u00e9\"", "\"a\\tb\"", "a"};
    private static final String[] BLANKS = {"", "", "", " ", "\n\t", "\r "};

    private final Random random = new Random(20260301);

    String pick(String[] from) {
      return from[random.nextInt(from.length)];
    }

    /** The first scalars and keys are the plain ones, which come up more often. */
    private String mostlyPlain(String[] from, int plain) {
      return random.nextInt(20) == 0 ? pick(from) : from[random.nextInt(plain)];
    }

    String value(int depth) {
      int kind = depth > 4 ? 0 : random.nextInt(4);
      StringBuilder text = new StringBuilder(pick(BLANKS));
      if (kind < 2) {
        text.append(mostlyPlain(SCALARS, 11)).append(pick(BLANKS));
        return text.toString();
      }
      text.append(kind == 2 ? '{' : '[');
      for (int left = random.nextInt(4); left > 0; left--) {
        if (kind == 2) {
          text.append(pick(BLANKS)).append(mostlyPlain(KEYS, 4)).append(pick(BLANKS)).append(':');
        }
        text.append(value(depth + 1)).append(left > 1 ? "," : "");
      }
      return text.append(kind == 2 ? '}' : ']').append(pick(BLANKS)).toString();
    }

    String spoil(String json) {
      if (json.isEmpty()) {
        return json;
      }
      int at = random.nextInt(json.length());
      String with = "{}[],:\"\\ tn0-\u0001\u00e9".substring(random.nextInt(12));
      return json.substring(0, at) + with.charAt(0) + json.substring(at + random.nextInt(2));
    }
  }

  @Test
  void readsWhatItTakesAsTheLibraryDoes() {
    Maker maker = new Maker();
    int taken = 0;
    int documents = 0;
    for (String field : new String[] {"any", "text", "rawMap", "map", "texts", "rawList", "list", "textList"}) {
      Type type = typeOf(field);
      for (int i = 0; i < 4000; i++) {
        String json = maker.value(0);
        if (i % 3 == 0) {
          json = maker.spoil(json);
        }
        documents++;
        Object value = read(type, json);
        if (value == PlainReader.NOT_PLAIN) {
          continue;
        }
        taken++;
        assertEquals(byLibrary(type, json), describe(value), () -> field + " J-51");
      }
    }
    assertTrue(taken > documents / 8, "only " + taken + " of " + documents + " were taken");
  }

  @Test
  void takesAnOrdinaryEvent() {
    Object value = read(typeOf("texts"), "{\"first_name\":\"Ada\",\"last_name\":\"Lovelace\"}");
    assertEquals("{first_name=Ada, last_name=Lovelace}", String.valueOf(value));
    List<Object> keys = new ArrayList<>(((Map<?, ?>) value).keySet());
    assertEquals("first_name", keys.get(0));
  }

  @Test
  void keepsTheLastOfEqualKeysWhereTheFirstStood() {
    Object value = read(typeOf("any"), "{\"a\":1,\"b\":2,\"a\":3}");
    Iterator<? extends Map.Entry<?, ?>> entries = ((Map<?, ?>) value).entrySet().iterator();
    assertEquals("a=3", entries.next().toString());
  }

  @Test
  void leavesTypesToTheLibraryThatItDoesNotKnow() {
    assertNull(readerOf(Integer.class));
    assertNull(readerOf(Types.class));
    assertNull(PlainReader.of(MAPPER.getTypeFactory().constructMapType(Map.class, Integer.class, String.class)));
    assertNull(PlainReader.of(MAPPER.getTypeFactory().constructMapType(Map.class, String.class, Long.class)));
    assertNull(PlainReader.of(MAPPER.getTypeFactory().constructCollectionType(List.class, Integer.class)));
  }

  @Test
  void leavesWhatIsLongOrDeep() {
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      deep.append('[');
    }
    assertSame(PlainReader.NOT_PLAIN, read(Object.class, deep.toString()));
    byte[] blanks = new byte[PlainReader.MAX_SIZE + 1];
    java.util.Arrays.fill(blanks, (byte) ' ');
    blanks[0] = '1';
    assertSame(PlainReader.NOT_PLAIN, readerOf(Object.class).read(blanks, blanks.length));
    assertEquals(1, readerOf(Object.class).read(blanks, PlainReader.MAX_SIZE));
  }

  @Test
  void doesNotReadBeyondTheSize() {
    byte[] bytes = "tru\"e\"1".getBytes(StandardCharsets.UTF_8);
    for (int size = 0; size < 4; size++) {
      assertSame(PlainReader.NOT_PLAIN, readerOf(Object.class).read(bytes, size));
    }
  }
}
