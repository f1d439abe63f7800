package tandem;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Events and responses. Errors: IllegalArgumentException. */
final class Json {
  private static final int MOST_LEVELS = 1000;

  private static final String TOO_DEEP =
      "it holds itself or is nested too deep: " + MOST_LEVELS + " levels are the most, and fewer on a small stack";

  /** A surrogate that is no half of a character. */
  private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

  private static final Pattern INTEGER = Pattern.compile("-?\\d+");

  private static final Gson GSON =
      new GsonBuilder()
          .serializeNulls()
          .disableHtmlEscaping()
          .setObjectToNumberStrategy(Json::number)
          .create();

  private Json() {}

  static byte[] of(Object event) {
    StringWriter text = new StringWriter();
    try {
      GSON.toJson(event, event == null ? Object.class : event.getClass(), new EventWriter(text));
    } catch (JsonParseException | IllegalArgumentException e) {
      throw new IllegalArgumentException("the event has no JSON: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("the event has no JSON: " + TOO_DEEP);
    }
    return Native.bytes(withoutLoneSurrogates(text.toString()));
  }

  /** As escapes, which UTF-8 has room for. */
  private static String withoutLoneSurrogates(String json) {
    if (json.chars().noneMatch(each -> Character.isSurrogate((char) each))) {
      return json;
    }
    return LONE_SURROGATE
        .matcher(json)
        .replaceAll(lone -> String.format("\\\\u%04x", (int) lone.group().charAt(0)));
  }

  static <T> T value(byte[] response, Type type) {
    try {
      return GSON.fromJson(Native.text(response), type);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("the response is no JSON of " + type.getTypeName() + ": " + e.getMessage(), e);
    }
  }

  /** Integers are exact; what has a fraction or an exponent is a Double. */
  private static Number number(JsonReader in) throws IOException {
    String text = in.nextString();
    if (!INTEGER.matcher(text).matches()) {
      return Double.valueOf(text);
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return new BigInteger(text);
    }
  }

  private static final class EventWriter extends JsonWriter {
    private int levels;

    EventWriter(StringWriter text) {
      super(text);
    }

    private void enter() {
      if (++levels > MOST_LEVELS) {
        throw new IllegalArgumentException(TOO_DEEP);
      }
    }

    @Override
    public JsonWriter beginArray() throws IOException {
      enter();
      return super.beginArray();
    }

    @Override
    public JsonWriter beginObject() throws IOException {
      enter();
      return super.beginObject();
    }

    @Override
    public JsonWriter endArray() throws IOException {
      --levels;
      return super.endArray();
    }

    @Override
    public JsonWriter endObject() throws IOException {
      --levels;
      return super.endObject();
    }
  }
}
