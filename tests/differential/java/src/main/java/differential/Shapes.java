package differential;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** Handlers of every shape, and classes that are handlers by themselves. */
public class Shapes {
  static byte[] all(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[1000];
    for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
      bytes.write(buffer, 0, size);
    }
    return bytes.toByteArray();
  }

  public String none() {
    return "none";
  }

  public String context(Context context) {
    return context.getAwsRequestId() + context.getInvokedFunctionArn();
  }

  public String both(Object event, Context context) {
    return event + context.getFunctionVersion() + context.getMemoryLimitInMB();
  }

  public void in(InputStream in) throws IOException {
    all(in);
  }

  public void out(OutputStream out) throws IOException {
    out.write("raw \u00e4 out".getBytes("UTF-8"));
  }

  public void copy(InputStream in, OutputStream out) throws IOException {
    out.write(all(in));
  }

  public void copyContext(InputStream in, OutputStream out, Context context) throws IOException {
    out.write(all(in));
    out.write(context.getAwsRequestId().getBytes("UTF-8"));
  }

  public void inContext(InputStream in, Context context) {}

  public void outContext(OutputStream out, Context context) throws IOException {
    out.write(new byte[] {0, -1, '\n'});
  }

  public void silent(InputStream in, OutputStream out) {}

  public void unflushed(InputStream in, OutputStream out) throws IOException {
    new java.io.OutputStreamWriter(out, "UTF-8").write("lost");
  }

  public String streamResult(InputStream in, OutputStream out) throws IOException {
    out.write('s');
    return "ignored";
  }

  public String inResult(InputStream in) {
    return "ignored";
  }

  public String bytesIn(ByteArrayInputStream in) {
    return String.valueOf(in);
  }

  public String contextFirst(Context context, String event) {
    return "never";
  }

  public String twoValues(String a, String b) {
    return "never";
  }

  public String three(String a, String b, Context context) {
    return "never";
  }

  public String four(String a, String b, String c, Context context) {
    return "never";
  }

  public String inAndValue(InputStream in, String b) {
    return "never";
  }

  public String outAndValue(OutputStream out, String b) {
    return "never";
  }

  public String overloaded(String event) {
    return "one";
  }

  public String overloaded(String event, Context context) {
    return "with context";
  }

  public void overloadedStreams(InputStream in, OutputStream out) throws IOException {
    out.write("streams".getBytes("UTF-8"));
  }

  public String overloadedStreams(String event, Context context) {
    return "value with context";
  }

  public String fallsBack(String a, String b) {
    return "never";
  }

  public String fallsBack(Integer event) {
    return "fell back";
  }

  String packagePrivate(String event) {
    return "never";
  }

  private String hidden(String event) {
    return "never";
  }

  protected String guarded(String event) {
    return "never";
  }

  public static String fixed(String event) {
    return "static " + event;
  }

  public final synchronized String locked(String event) {
    return "locked " + event;
  }

  public String many(Object... events) {
    return "varargs " + events.length;
  }

  public abstract static class Base<I, O> implements RequestHandler<I, O> {
    protected abstract O answer(I event);

    @Override
    public O handleRequest(I event, Context context) {
      return answer(event);
    }
  }

  public static class Concrete extends Base<List<Integer>, Map<String, Integer>> {
    @Override
    protected Map<String, Integer> answer(List<Integer> event) {
      return java.util.Collections.singletonMap("sum", event.stream().mapToInt(x -> x).sum());
    }
  }

  public static class Simple implements RequestHandler<String, Integer> {
    @Override
    public Integer handleRequest(String event, Context context) {
      return event.length();
    }
  }

  public static class OfObjects implements RequestHandler<Object, Object> {
    @Override
    public Object handleRequest(Object event, Context context) {
      return event;
    }
  }

  public static class OfPojos implements RequestHandler<Types.Pojo, Types.Pojo> {
    @Override
    public Types.Pojo handleRequest(Types.Pojo event, Context context) {
      return event;
    }
  }

  public static class OfVoid implements RequestHandler<Void, Void> {
    @Override
    public Void handleRequest(Void event, Context context) {
      return null;
    }
  }

  public static class Failing implements RequestHandler<Object, Object> {
    @Override
    public Object handleRequest(Object event, Context context) {
      throw new IllegalStateException("failing");
    }
  }

  @SuppressWarnings("rawtypes")
  public static class Raw implements RequestHandler {
    @Override
    public Object handleRequest(Object event, Context context) {
      return event;
    }
  }

  public static class Generic<T> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T event, Context context) {
      return String.valueOf(event);
    }
  }

  public static class Bounded<T extends Types.Pojo> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T event, Context context) {
      return event.getFirstName();
    }
  }

  public static class Streams implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      out.write(all(in));
    }
  }

  public static class Both implements RequestStreamHandler, RequestHandler<String, String> {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      out.write("stream".getBytes("UTF-8"));
    }

    @Override
    public String handleRequest(String event, Context context) {
      return "value";
    }
  }

  public static class Inherits extends Simple {}

  public static class Neither {
    public String handle(String event) {
      return event;
    }
  }

  public abstract static class Abstract {
    public String handle(String event) {
      return event;
    }

    public static String fixed(String event) {
      return "of an abstract class";
    }
  }

  public static class NoConstructor {
    public NoConstructor(Context context) {}

    public String handle(String event) {
      return event;
    }

    public static String fixed(String event) {
      return "without an instance";
    }
  }

  public static class HiddenConstructor {
    private HiddenConstructor() {}

    public String handle(String event) {
      return event;
    }
  }

  public static class ThrowingConstructor {
    public ThrowingConstructor() {
      throw new IllegalStateException("constructor");
    }

    public String handle(String event) {
      return event;
    }

    public static String fixed(String event) {
      return "no constructor called";
    }
  }

  public static class ThrowingStatic {
    static final int VALUE = Integer.parseInt("none");

    public String handle(String event) {
      return event + VALUE;
    }
  }

  public class Inner {
    public String handle(String event) {
      return event;
    }
  }

  static class Closed {
    public Closed() {}

    public String handle(String event) {
      return event;
    }
  }

  public enum AnEnum {
    ONE;

    public String handle(String event) {
      return event;
    }
  }

  public interface WithDefault extends RequestHandler<String, String> {
    @Override
    default String handleRequest(String event, Context context) {
      return "default " + event;
    }
  }

  public static class UsesDefault implements WithDefault {}
}
