package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.ObjectMapper;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the one-pass writer takes, it writes as the serialization library does; what it should leave, it leaves. */
class PlainWriterTest {
  private static final ObjectMapper MAPPER = JacksonFactory.getInstance().getMapper();

  /** Fields whose types are the ones to write. */
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
    Map<Integer, Object> numbered;
    ArrayList<Object> arrayList;
    Types self;
  }

  private static Type typeOf(String field) {
    try {
      return Types.class.getDeclaredField(field).getGenericType();
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  /** What the one-pass writer makes of a value, null where it leaves it. */
  private static String plain(String field, Object value, int room) {
    byte[] to = new byte[room];
    int size = PlainWriter.of(MAPPER.constructType(typeOf(field))).write(value, to);
    return size == PlainWriter.NOT_PLAIN ? null : new String(to, 0, size, StandardCharsets.UTF_8);
  }

  private static String plain(String field, Object value) {
    return plain(field, value, PlainWriter.MAX_SIZE);
  }

  private static String library(String field, Object value) throws Exception {
    return MAPPER.writerFor(MAPPER.constructType(typeOf(field))).writeValueAsString(value);
  }

  private static void assertSame(String field, Object value) throws Exception {
    assertEquals(library(field, value), plain(field, value));
  }

  private static Map<Object, Object> mapOf(Map<Object, Object> map, Object... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static Object nested(int depth) {
    Object value = "deep";
    for (int i = 0; i < depth; i++) {
      value = new ArrayList<>(Collections.singletonList(value));
    }
    return value;
  }

  @Test
  void writesWhatTheLibraryWrites() throws Exception {
    Map<Object, Object> map =
        mapOf(new LinkedHashMap<>(), "z", 1, "a", "two", "gone", null, "yes", true, "no", false, "", "", "long", 1L << 40);
    map.put("list", new ArrayList<>(Arrays.asList("a", null, 3, new TreeMap<>(Collections.singletonMap("k", "v")))));
    for (String field : Arrays.asList("any", "rawMap", "map")) {
      assertSame(field, map);
      assertSame(field, new HashMap<>(map));
      assertSame(field, new TreeMap<>(map));
      assertSame(field, mapOf(new LinkedHashMap<>(), "only", null));
      assertSame(field, new HashMap<>());
    }
    for (String field : Arrays.asList("any", "rawList", "list")) {
      assertSame(field, new ArrayList<>(Arrays.asList(1, -1, "x", null, map, new ArrayList<>())));
      assertSame(field, new ArrayList<>());
    }
    assertSame("texts", mapOf(new LinkedHashMap<>(), "message", "Hello Ada Lovelace", "gone", null));
    assertSame("textList", new ArrayList<>(Arrays.asList("a", null, "~ !#[]^_`{|}/")));
    assertSame("text", "plain");
    assertSame("any", null);
  }

  @Test
  void writesEveryIntegerAsTheLibraryDoes() throws Exception {
    for (long power = 1; power > 0 && power <= 1_000_000_000_000_000_000L; power *= 10) {
      for (long value : new long[] {power - 1, power, power + 1, -power, 1 - power, -power - 1}) {
        assertSame("any", value);
      }
      if (power == 1_000_000_000_000_000_000L) {
        break;
      }
    }
    for (Object value : new Object[] {Integer.MIN_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, -Long.MAX_VALUE, 0}) {
      assertSame("any", value);
    }
  }

  @Test
  void leavesWhatNeedsMore() {
    for (Object value :
        new Object[] {"\"", "\\", "\n", "\u007f", "\u00e9", "\ud834\udd1e", 1.5, 1f, 'c', Long.MIN_VALUE, new Types(),
          new int[] {1}, Arrays.asList(1), Collections.singletonMap("a", 1), new HashMap<String, Object>() {},
          mapOf(new HashMap<>(), 1, "integer key"), mapOf(new HashMap<>(), null, "null key"),
          mapOf(new HashMap<>(), "a", 1.5), mapOf(new HashMap<>(), "\u00e9", 1), nested(17)}) {
      assertNull(plain("any", value), () -> String.valueOf(value));
    }
    assertEquals("[[[[[[[[[[[[[[[\"deep\"]]]]]]]]]]]]]]]", plain("any", nested(15)));
    assertNull(plain("texts", mapOf(new HashMap<>(), "a", 1)), "not what its type says");
    assertNull(plain("textList", new ArrayList<>(Collections.singletonList(1))), "not what its type says");
    for (String field : Arrays.asList("numbered", "arrayList", "self")) {
      assertNull(PlainWriter.of(MAPPER.constructType(typeOf(field))), field);
    }
  }

  @Test
  void leavesARootThatIsNotWhatItsTypeSays() throws Exception {
    Map<Object, Object> map = mapOf(new LinkedHashMap<>(), "a", "b");
    List<Object> list = new ArrayList<>(Collections.singletonList("b"));
    for (String field : Arrays.asList("text", "rawMap", "map", "texts", "rawList", "list", "textList")) {
      for (Object value : new Object[] {"b", map, list, 5, true}) {
        boolean fits = field.equals("text") ? value == "b" : value == (field.matches("rawMap|map|texts") ? map : list);
        assertEquals(fits ? library(field, value) : null, plain(field, value), () -> field + ": " + value);
      }
      assertSame(field, null);
    }
  }

  @Test
  void writesAllOrNothingIntoWhateverRoomThereIs() throws Exception {
    Map<Object, Object> map = mapOf(new LinkedHashMap<>(), "a", "text", "b", -12, "c", true);
    map.put("d", new ArrayList<>(Arrays.asList("x", null, new HashMap<>(), new ArrayList<>())));
    String whole = library("any", map);
    for (int room = 0; room < whole.length(); room++) {
      assertNull(plain("any", map, room));
    }
    assertEquals(whole, plain("any", map, whole.length() + 20));
  }

  @Test
  void agreesOnRandomValues() throws Exception {
    Random random = new Random(20261125);
    int taken = 0;
    for (int i = 0; i < 20_000; i++) {
      Object value = random(random, 4);
      String text = plain("any", value);
      if (text != null) {
        taken++;
        assertEquals(library("any", value), text);
      }
    }
    assertTrue(taken > 5_000, "too few were plain: " + taken);
  }

  private static Object random(Random random, int depth) {
    switch (random.nextInt(depth > 0 ? 9 : 7)) {
      case 0:
        return null;
      case 1:
        return random.nextBoolean();
      case 2:
        return random.nextInt();
      case 3:
        return random.nextLong() >> random.nextInt(64);
      case 4:
        return random.nextInt(20) == 0 ? (Object) random.nextDouble() : "value";
      case 5:
      case 6:
        return randomText(random);
      case 7:
        Map<String, Object> map = random.nextBoolean() ? new LinkedHashMap<>() : new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(randomText(random), random(random, depth - 1));
        }
        return map;
      default:
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(random(random, depth - 1));
        }
        return list;
    }
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append((char) (random.nextInt(60) == 0 ? random.nextInt(0x300) : ' ' + random.nextInt(95)));
    }
    return text.toString();
  }
}
