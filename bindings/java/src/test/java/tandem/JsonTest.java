package tandem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What events and responses are as JSON. */
@Timeout(300)
class JsonTest {
  private static String json(Object event) {
    return Native.text(Json.of(event));
  }

  private static Object value(String response) {
    return Json.value(Native.bytes(response), Object.class);
  }

  private static Object nested(int levels) {
    Object value = "";
    for (int i = 0; i < levels; ++i) {
      value = i % 2 == 0 ? List.of(value) : Map.of("", value);
    }
    return value;
  }

  private static void requireTooDeep(Object event) {
    String message = assertThrows(IllegalArgumentException.class, () -> Json.of(event)).getMessage();
    assertEquals(
        "the event has no JSON: it holds itself or is nested too deep: 1000 levels are the most, and fewer on a small stack",
        message);
  }

  @Test
  void anEventThatHoldsItselfIsRefused() {
    Map<String, Object> map = new HashMap<>();
    map.put("self", List.of(map));
    requireTooDeep(map);
    Object[] array = {null, "and more"};
    array[0] = array;
    requireTooDeep(array);
    List<Object> many = new ArrayList<>();
    many.addAll(List.of("and more", many, many));
    requireTooDeep(many);
  }

  @Test
  void anEventIsNestedAThousandLevelsDeepAtMost() {
    assertEquals("{\"\":[".repeat(500) + "\"\"" + "]}".repeat(500), json(nested(1000)));
    requireTooDeep(nested(1001));
    requireTooDeep(nested(10_000));
  }

  /** Whatever the stack has room for: an exception that tells it, and nothing worse. */
  @Test
  void aSmallStackIsToldOfDepthToo() throws InterruptedException {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    Thread thread = new Thread(null, () -> requireTooDeep(nested(10_000)), "small", 128 << 10);
    thread.setUncaughtExceptionHandler((of, error) -> failed.set(error));
    thread.start();
    thread.join();
    assertEquals(null, failed.get());
  }

  @Test
  void aLoneSurrogateIsEscaped() {
    assertEquals("\"a\\ud83cb\"", json("a\ud83cb"));
    assertEquals("{\"\\udf89\":\"\\ud83c\"}", json(Map.of("\udf89", "\ud83c")));
    assertEquals("\"🎉\\udf89🎉\"", json("🎉\udf89🎉"));
    assertEquals("a\ud83cb", value(json("a\ud83cb")));
  }

  @Test
  void numbersKeepTheirDigits() {
    BigInteger big = new BigInteger("123456789012345678901234567890");
    BigDecimal exact = new BigDecimal("0.1000000000000000055511151231257827");
    assertEquals("[123456789012345678901234567890,0.1000000000000000055511151231257827]", json(List.of(big, exact)));
    assertEquals(
        List.of(Long.MAX_VALUE, Long.MIN_VALUE, 0L), value("[9223372036854775807, -9223372036854775808, -0]"));
    assertEquals(
        List.of(new BigInteger("9223372036854775808"), big.negate()), value("[9223372036854775808, -" + big + "]"));
    assertEquals(List.of(0.5, 1.0, 1e3, -2e-3), value("[0.5, 1.0, 1e3, -2E-3]"));
    assertEquals(big, Json.value(Native.bytes(big.toString()), BigInteger.class));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatIsNoNumberIsRefused(double number) {
    for (Object event : List.of(number, (float) number, Map.of("a", List.of(number)), new double[] {number})) {
      assertThrows(IllegalArgumentException.class, () -> Json.of(event));
    }
  }
}
