import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import jep.MainInterpreter;
import jep.SharedInterpreter;
import jep.python.PyCallable;
import tandem.Isolation;
import tandem.LoadOptions;
import tandem.Tandem;

/**
 * Calls a Python handler as bench/embed asks it to, through Tandem or jep: {@code Host tandem|jep WORKLOAD CODE VM EVENT_FILE BATCH}.
 *
 * <p>CODE is the handler's package and VM the interpreter; for jep, which finds its Python by itself, VM is its library.
 */
public final class Host {
  // As Tandem's own.
  private static final Gson GSON =
      new GsonBuilder()
          .serializeNulls()
          .disableHtmlEscaping()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .create();

  private Host() {}

  public static void main(String[] given) throws Exception {
    Object event = plain(GSON.fromJson(Files.readString(Path.of(given[4])), Object.class));
    UnaryOperator<Object> call =
        given[0].equals("jep") ? throughJep(given[1], given[3]) : throughTandem(given[1], given[2], given[3]);
    Object first = call.apply(event);
    System.out.println(GSON.toJson(first));
    BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
    for (String line = asked.readLine(); line != null; line = asked.readLine()) {
      System.out.println(round(call, event, first, Integer.parseInt(given[5]), Double.parseDouble(line)));
    }
  }

  private static UnaryOperator<Object> throughTandem(String workload, String code, String python) {
    LoadOptions options = LoadOptions.DEFAULT.isolation(Isolation.INLINE).timeout(Duration.ofSeconds(30));
    return Tandem.runtime().python(Path.of(python)).build().load("handlers." + workload, Path.of(code), options)::apply;
  }

  private static UnaryOperator<Object> throughJep(String workload, String library) {
    MainInterpreter.setJepLibraryPath(library);
    SharedInterpreter python = new SharedInterpreter();
    python.exec("import through_json");
    PyCallable handler = python.getValue("through_json." + workload, PyCallable.class);
    return event -> GSON.fromJson(handler.callAs(String.class, GSON.toJson(event)), Object.class);
  }

  /** The same value in the JDK's own collections. */
  private static Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, each) -> copy.put(key, plain(each)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(each -> copy.add(plain(each)));
      return copy;
    }
    return value;
  }

  /** Calls for about so long, in batches, between which answers are compared outside of the time. */
  private static String round(UnaryOperator<Object> call, Object event, Object first, int batch, double seconds) {
    Object[] answers = new Object[batch];
    long calls = 0;
    long taken = 0;
    while (taken < seconds * 1e9) {
      long begin = System.nanoTime();
      for (int i = 0; i < batch; ++i) {
        answers[i] = call.apply(event);
      }
      taken += System.nanoTime() - begin;
      for (Object answer : answers) {
        if (!first.equals(answer)) {
          throw new IllegalStateException("another answer than the first");
        }
      }
      calls += batch;
    }
    return calls + " " + taken;
  }
}
