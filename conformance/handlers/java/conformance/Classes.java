package conformance;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

/** Classes that cannot be made a handler of, or need not. */
public class Classes {
  public static class NoInterface {}

  public static class TakesContext {
    public TakesContext(Context context) {}

    public String handle(String event) {
      return event;
    }
  }

  public static class PrivateConstructor {
    private PrivateConstructor() {}

    public String handle(String event) {
      return event;
    }

    public static String ofClass(String event) {
      return "made nothing";
    }
  }

  public class Inner {
    public String handle(String event) {
      return event;
    }
  }

  public abstract static class Abstract {
    public String handle(String event) {
      return event;
    }

    public static String ofClass(String event) {
      return "made nothing";
    }
  }

  public static class ThrowingConstructor implements RequestHandler<String, String> {
    public ThrowingConstructor() {
      throw new IllegalStateException("not today");
    }

    @Override
    public String handleRequest(String event, Context context) {
      return event;
    }
  }

  public static class BrokenInitialiser {
    static final int VALUE = Integer.parseInt("no number");

    public String handle(String event) {
      return event + VALUE;
    }
  }

  public static class Leaving {
    static {
      System.exit(4);
    }

    public String handle(String event) {
      return event;
    }
  }

  public static class Logging {
    static {
      System.out.println("while it is loaded");
    }

    public String handle(String event) {
      return event;
    }
  }
}
