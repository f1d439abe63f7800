package probe;

import com.amazonaws.services.lambda.runtime.Context;
import java.lang.reflect.Field;

/** Tells how many values Tandem's plain readers and writers have left to the library. Only Tandem runs it. */
public class Probe {
  // A stream, so that it counts for nothing itself.
  public void passes(java.io.InputStream in, java.io.OutputStream out, Context context) throws Exception {
    Class<?> serializers = context.getClass().getClassLoader().loadClass("tandem.bridge.Serializers");
    out.write(("[" + get(serializers, "libraryReads") + "," + get(serializers, "libraryWrites") + "]").getBytes("UTF-8"));
  }

  private static int get(Class<?> type, String name) throws Exception {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.getInt(null);
  }
}
