package own;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Scanner;

/** The package's own serializer: makes what the event names, of whatever type that is, and writes with the types named. */
public class Serializer implements CustomPojoSerializer {
  @Override
  @SuppressWarnings("unchecked")
  public <T> T fromJson(InputStream input, Type type) {
    Scanner scanner = new Scanner(input, "UTF-8").useDelimiter("\\A");
    return (T) make(scanner.hasNext() ? scanner.next() : "", type);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T fromJson(String input, Type type) {
    return (T) make(input, type);
  }

  private static Object make(String name, Type type) {
    switch (name) {
      case "null":
        return null;
      case "short":
        return (short) 7;
      case "int":
        return 7;
      case "long":
        return 7L;
      case "double":
        return 7.5;
      case "char":
        return 'x';
      case "boolean":
        return true;
      case "map":
        return Collections.singletonMap("k", "v");
      case "list":
        return Collections.singletonList("v");
      case "fails":
        throw new IllegalStateException("cannot read");
      case "fails_badly":
        throw new LinkageError("cannot read");
      default:
        return type.getTypeName() + " " + name;
    }
  }

  @Override
  public <T> void toJson(T value, OutputStream output, Type type) {
    String text = String.valueOf(value);
    if (text.endsWith("unwritable")) {
      throw new IllegalStateException("cannot write");
    }
    try {
      output.write((type.getTypeName() + ": " + text).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
