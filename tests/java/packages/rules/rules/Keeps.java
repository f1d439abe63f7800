package rules;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.core.JsonGenerator;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.JsonSerializer;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.SerializerProvider;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.io.IOException;
import java.io.OutputStream;

/** Keeps what the runtime's JSON library writes with. */
public class Keeps {
  private static JsonGenerator generator;

  /** Written by a serializer of the package's own. */
  @JsonSerialize(using = Writer.class)
  public static class Value {
    final String text;

    Value(String text) {
      this.text = text;
    }
  }

  /** Keeps the generator. */
  public static class Writer extends JsonSerializer<Value> {
    @Override
    public void serialize(Value value, JsonGenerator to, SerializerProvider provider) throws IOException {
      generator = to;
      to.writeString(value.text);
    }
  }

  public Value keep(String in) {
    return new Value(in);
  }

  /** Writes to the kept one's stream, where another thread may do so as well as this one. */
  public Value keepAndWrite(String in) throws InterruptedException {
    if (generator == null) {
      return new Value(in);
    }
    OutputStream kept = (OutputStream) generator.getOutputTarget();
    String here = tried(kept);
    String[] elsewhere = new String[1];
    Thread thread = new Thread(() -> elsewhere[0] = tried(kept));
    thread.start();
    thread.join();
    return new Value(here + ", " + elsewhere[0]);
  }

  /** Leaves a text in the kept one, and fails before anything is written. */
  public Value keepAndLeave(String in) throws IOException {
    if (generator != null) {
      generator.writeString("left behind");
      throw new IOException(in);
    }
    return new Value(in);
  }

  private static String tried(OutputStream kept) {
    try {
      kept.write('!');
      return "written";
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
