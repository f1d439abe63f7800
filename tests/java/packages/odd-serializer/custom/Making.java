package custom;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

/** A serializer that makes what the event names, whatever type was asked for. */
public class Making implements CustomPojoSerializer {
  @Override
  @SuppressWarnings("unchecked")
  public <T> T fromJson(InputStream input, Type type) {
    String name = new Scanner(input, "UTF-8").next();
    switch (name) {
      case "short":
        return (T) Short.valueOf((short) 7);
      case "long":
        return (T) Long.valueOf(7);
      case "null":
        return null;
      default:
        return (T) name;
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T fromJson(String input, Type type) {
    return (T) input;
  }

  @Override
  public <T> void toJson(T value, OutputStream output, Type type) {
    try {
      output.write(String.valueOf(value).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
