package custom;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

/** A serializer that knows texts only, and shouts. */
public class Shouting implements CustomPojoSerializer {
  @Override
  @SuppressWarnings("unchecked")
  public <T> T fromJson(InputStream input, Type type) {
    Scanner scanner = new Scanner(input, "UTF-8").useDelimiter("\\A");
    String text = scanner.hasNext() ? scanner.next() : "";
    if (text.equals("bad")) {
      throw new IllegalArgumentException("bad input");
    }
    if (text.equals("broken")) {
      throw new LinkageError("planted");
    }
    return (T) (type.getTypeName() + " " + text);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T fromJson(String input, Type type) {
    return (T) input;
  }

  @Override
  public <T> void toJson(T value, OutputStream output, Type type) {
    if (value.toString().endsWith(" mute")) {
      throw new IllegalStateException("no voice");
    }
    try {
      output.write((value + "!").toUpperCase().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
