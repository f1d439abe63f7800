package custom;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Type;

/** A serializer that cannot be made. */
public class Failing implements CustomPojoSerializer {
  public Failing() {
    throw new IllegalStateException("planted");
  }

  @Override
  public <T> T fromJson(InputStream input, Type type) {
    return null;
  }

  @Override
  public <T> T fromJson(String input, Type type) {
    return null;
  }

  @Override
  public <T> void toJson(T value, OutputStream output, Type type) {}
}
