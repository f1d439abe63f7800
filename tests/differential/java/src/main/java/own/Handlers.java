package own;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.util.List;
import java.util.Map;

/** Handlers of a package with a serializer of its own, whose values need not be of their types. */
public class Handlers {
  public String text(String in) {
    return in;
  }

  public int anInt(int in) {
    return in;
  }

  public long aLong(long in) {
    return in;
  }

  public double aDouble(double in, Context context) {
    return in;
  }

  public boolean aBoolean(boolean in) {
    return in;
  }

  public Integer boxedInt(Integer in) {
    return in;
  }

  public Object any(Object in) {
    return in;
  }

  public Map<String, Object> map(Map<String, Object> in, Context context) {
    return in;
  }

  public static List<String> fixedList(List<String> in) {
    return in;
  }

  public String event(SQSEvent in) {
    return String.valueOf(in);
  }

  public int failing(int in) {
    throw new IllegalArgumentException("argument type mismatch of the handler's own " + in);
  }

  public String none() {
    return "none";
  }

  public static class OfMaps implements RequestHandler<Map<String, Object>, String> {
    @Override
    public String handleRequest(Map<String, Object> in, Context context) {
      return String.valueOf(in);
    }
  }

  public static class OfObjects implements RequestHandler<Object, Object> {
    @Override
    public Object handleRequest(Object in, Context context) {
      return in;
    }
  }
}
