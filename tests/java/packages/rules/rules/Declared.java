package rules;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.List;
import java.util.Map;

/** Handlers that declare what they return, and return whatever has come in: nobody checks a type argument (J-82). */
public class Declared {
  public abstract static class Echo<O> implements RequestHandler<Object, O> {
    @Override
    @SuppressWarnings("unchecked")
    public O handleRequest(Object in, Context context) {
      return (O) in;
    }
  }

  public static class Text extends Echo<String> {}

  public static class AMap extends Echo<Map<String, Object>> {}

  public static class AList extends Echo<List<Object>> {}

  public static class Texts extends Echo<List<String>> {}
}
