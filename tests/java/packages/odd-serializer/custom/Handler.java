package custom;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

/** Handlers whose package makes values of other types than theirs. */
public class Handler {
  public String text(String in) {
    return in;
  }

  public int number(int in) {
    return in;
  }

  public static Map<String, Object> map(Map<String, Object> in, Context context) {
    return in;
  }

  public int failing(int in) {
    throw new IllegalStateException("the handler's own " + in);
  }

  public static class Requests implements RequestHandler<Map<String, Object>, String> {
    @Override
    public String handleRequest(Map<String, Object> in, Context context) {
      return String.valueOf(in);
    }
  }
}
