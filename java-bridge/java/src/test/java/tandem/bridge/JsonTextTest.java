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
    assertEquals("\"\u00e9/<'\u007f\uD834\uDD1E\"", quote("\u00e9/<'\u007f\uD834\uDD1E"));
  }

  @Test
  void escapesSeparators() {
    assertEquals("\"\\u2028\\u2029\"", quote("\u2028\u2029"));
  }

  @Test
  void replacesLoneSurrogates() {
    assertEquals("\"?x?\"", quote("\uD834x\uDD1E"));
    assertEquals("\"?\"", quote("\uD834"));
  }
}
