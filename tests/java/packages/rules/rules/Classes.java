package rules;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** Classes that are handlers, or cannot be, each nested so that `$` names it (H-JAVA-05). */
public class Classes {
  public static class Values implements RequestHandler<Map<String, Integer>, Integer> {
    @Override
    public Integer handleRequest(Map<String, Integer> in, Context context) {
      int sum = 0;
      for (int value : in.values()) {
        sum += value;
      }
      return sum;
    }
  }

  public static class Stream implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      Shapes.write(out, Shapes.text(in).toUpperCase());
    }
  }

  public static class Both implements RequestStreamHandler, RequestHandler<String, String> {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      Shapes.write(out, "stream");
    }

    @Override
    public String handleRequest(String in, Context context) {
      return "value";
    }
  }

  public static class Plain {
    public String handleRequest(String in) {
      return in;
    }

    @Override
    public String toString() {
      return "plain";
    }

    @Override
    public int hashCode() {
      return 17;
    }
  }

  public static class InheritsAll extends Plain {}

  public abstract static class GenericBase<T, R> implements RequestHandler<T, R> {
    public abstract R work(T in);

    @Override
    public R handleRequest(T in, Context context) {
      return work(in);
    }
  }

  public abstract static class Middle<A> extends GenericBase<List<A>, String> {}

  public static class Concrete extends Middle<Pojo> {
    @Override
    public String work(List<Pojo> in) {
      return in.get(0).getFirstName() + " of " + in.size();
    }
  }

  @SuppressWarnings("rawtypes")
  public static class Raw implements RequestHandler {
    @Override
    public Object handleRequest(Object in, Context context) {
      return in == null ? "null" : in.getClass().getName();
    }
  }

  public static class Unbounded<T> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T in, Context context) {
      return in.getClass().getName();
    }
  }

  public static class Bounded<T extends Pojo> implements RequestHandler<T, String> {
    @Override
    public String handleRequest(T in, Context context) {
      return in.getFirstName();
    }
  }

  public interface WithDefault extends RequestHandler<String, String> {
    @Override
    default String handleRequest(String in, Context context) {
      return "default " + in;
    }
  }

  public static class Defaulted implements WithDefault {}

  public static class Counting {
    private static int instances;
    private int calls;

    public Counting() {
      instances++;
    }

    public String count() {
      return instances + "/" + ++calls;
    }
  }

  public static class NeedsContext {
    public NeedsContext(Context context) {}

    public String run() {
      return "wrong";
    }
  }

  public static class PrivateConstructor {
    private PrivateConstructor() {}

    public String run() {
      return "wrong";
    }

    public static String runStatic() {
      return "static";
    }
  }

  public class Inner {
    public String run() {
      return "wrong";
    }
  }

  public abstract static class Abstract {
    public Abstract() {}

    public String run() {
      return "wrong";
    }

    public static String runStatic() {
      return "static";
    }
  }

  public static class ThrowingConstructor {
    public ThrowingConstructor() {
      throw new IllegalStateException("no instance today");
    }

    public String run() {
      return "wrong";
    }

    public static String runStatic() {
      return "static";
    }
  }

  public static class ThrowingInitializer {
    static final int VALUE = Integer.parseInt("not a number");

    public int run() {
      return VALUE;
    }
  }

  public static class LoudInitializer {
    static {
      System.out.println("static code ran");
    }

    public String run() {
      return "ran";
    }
  }

  public static class ContextLoader {
    private final ClassLoader whileConstructing = Thread.currentThread().getContextClassLoader();

    public boolean run() {
      ClassLoader own = ContextLoader.class.getClassLoader();
      return whileConstructing == own && Thread.currentThread().getContextClassLoader() == own;
    }
  }

  public static class MissingDependency {
    public String run(Absent absent) {
      return "wrong";
    }
  }
}
