package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Error bodies and log lines are valid JSON in valid UTF-8, whatever text they carry. */
class JsonTextTest {
  private static String quote(String text) {
    StringBuilder out = new StringBuilder();
    JsonText.quote(out, text);
    return out.toString();
  }

  @Test
  void escapesWhatJsonRequires() {
    assertEquals("\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0001\"", quote("a\"\\\n\r\t\b\f\u0001"));
  }

  @Test
  void leavesTextAsItIs() {
    assertEquals("\"\u00e9/<'\u2028\uD834\uDD1E\"", quote("\u00e9/<'\u2028\uD834\uDD1E"));
  }

  @Test
  void escapesLoneSurrogates() {
    assertEquals("\"\\ud834x\\udd1e\"", quote("\uD834x\uDD1E"));
    assertEquals("\"\\ud834\"", quote("\uD834"));
  }
}
