package conformance;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** Methods that can be handlers, and some that cannot. */
public class Shapes {
  public String none() {
    return "none";
  }

  public String onlyContext(Context context) {
    return context.getFunctionName();
  }

  public String contextFirst(Context context, String event) {
    return event;
  }

  public String twoEvents(String first, String second) {
    return first;
  }

  public String streamAndText(InputStream in, String second) {
    return second;
  }

  public String threeArguments(String first, String second, Context context) {
    return first;
  }

  public String fourArguments(String first, String second, String third, Context context) {
    return first;
  }

  public String overloaded(String event) {
    return "one argument";
  }

  public String overloaded(String event, Context context) {
    return "with a context";
  }

  public void overloaded(InputStream in, OutputStream out) throws IOException {
    out.write("streams".getBytes());
  }

  public static String ofClass(String event) {
    return "static " + event;
  }

  private String hidden(String event) {
    return event;
  }

  @Override
  public String toString() {
    return "its text";
  }

  public static class Nested {
    public String handle(String event) {
      return "nested " + event;
    }
  }

  public static class Simple implements RequestHandler<Map<String, Integer>, Integer> {
    @Override
    public Integer handleRequest(Map<String, Integer> event, Context context) {
      return event.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  public abstract static class Generic<I, O> implements RequestHandler<I, O> {
    abstract O answer(I event);

    @Override
    public O handleRequest(I event, Context context) {
      return answer(event);
    }
  }

  public static class Concrete extends Generic<Person, String> {
    @Override
    String answer(Person event) {
      return "Hello " + event.getFirstName();
    }
  }

  public interface WithDefault extends RequestHandler<String, String> {
    @Override
    default String handleRequest(String event, Context context) {
      return "by default " + event;
    }
  }

  public static class Inheriting implements WithDefault {}

  @SuppressWarnings("rawtypes")
  public static class Raw implements RequestHandler {
    @Override
    public Object handleRequest(Object event, Context context) {
      return event.getClass().getSimpleName();
    }
  }

  public static class Unbounded<T> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T event, Context context) {
      return event.getClass().getSimpleName();
    }
  }

  public static class Bounded<T extends Person> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T event, Context context) {
      return event.getFirstName();
    }
  }
}
