package tandem.junit;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import tandem.LoadOptions;
import tandem.LogEvent;
import tandem.Tandem;
import tandem.TandemFunction;
import tandem.TandemRuntime;
import tandem.Template;

/**
 * The JUnit 5 extension: functions of a template, invoked in a test, without a server.
 *
 * <pre>{@code
 * @ExtendWith(TandemExtension.class)
 * class HelloTest {
 *   @Test
 *   void greets(@LambdaFunction("Hello") TandemFunction<Map<String, String>, String> hello) {
 *     assertEquals("Hello Ada", hello.apply(Map.of("name", "Ada")));
 *   }
 * }
 * }</pre>
 *
 * The template is that of the configuration parameter {@code tandem.template}, else a template.yaml, template.yml or
 * template.json in the working directory. Where it has parameters, or functions are loaded otherwise, the extension is
 * a static field: {@code @RegisterExtension static TandemExtension tandem = TandemExtension.of(Template.at(path), options);}
 * Functions stay warm for all tests, whatever one closes, and what they log is written to System.out.
 */
public final class TandemExtension implements BeforeAllCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(TandemExtension.class);
  private static final List<String> DEFAULT_NAMES = List.of("template.yaml", "template.yml", "template.json");

  private final Template template; // null: the default one
  private final LoadOptions options;
  private volatile Loaded loaded;
  private volatile Template used;

  /** What a function is loaded as: each is loaded once in a test run. */
  private record Key(Template template, LoadOptions options, String function) {
    /** Of functions that are there: a template whose function needs no name has no other. */
    boolean isSameAs(Key other) {
      return template.equals(other.template)
          && options.equals(other.options)
          && (function.isEmpty() || other.function.isEmpty());
    }
  }

  /** The functions of a test run, which end with it. */
  private static final class Loaded implements ExtensionContext.Store.CloseableResource {
    private final TandemRuntime runtime = Tandem.runtime().log(Loaded::print).build();
    private final Map<Key, TandemFunction<Object, Object>> functions = new HashMap<>();
    private final Map<Path, Template> templates = new ConcurrentHashMap<>();

    /** With the ends of lines that consoles have: errors have carriage returns between theirs. */
    private static void print(LogEvent event) {
      System.out.print(event.text().replaceAll("\r\n?", "\n"));
    }

    /** One that a test may close: others have it, too. */
    <O> TandemFunction<Object, O> function(Key key, Type response) {
      return kept(key).view(Object.class, response);
    }

    private synchronized TandemFunction<Object, Object> kept(Key key) {
      TandemFunction<Object, Object> known = functions.get(key);
      if (known != null) {
        return known;
      }
      TandemFunction<Object, Object> function = load(key); // which tells whether it is there
      for (Map.Entry<Key, TandemFunction<Object, Object>> other : functions.entrySet()) {
        if (key.isSameAs(other.getKey())) {
          function.close();
          function = other.getValue();
          break;
        }
      }
      functions.put(key, function);
      return function;
    }

    private TandemFunction<Object, Object> load(Key key) {
      TandemFunction<Object, Object> function = runtime.load(key.template, key.function, key.options);
      function.warning().lines().forEach(line -> System.out.println("tandem: warning: " + line));
      return function;
    }

    @Override
    public void close() {
      runtime.close();
    }
  }

  /** For {@code @ExtendWith}. */
  public TandemExtension() {
    this(null, LoadOptions.DEFAULT);
  }

  private TandemExtension(Template template, LoadOptions options) {
    this.template = template;
    this.options = options;
  }

  /** For a field with {@code @RegisterExtension}. */
  public static TandemExtension of(Template template, LoadOptions options) {
    return new TandemExtension(
        Objects.requireNonNull(template, "template"), Objects.requireNonNull(options, "options"));
  }

  /** A function of the template, by its logical ID, else its name. Errors: TandemException. */
  public TandemFunction<Object, Object> function(String name) {
    Loaded now = loaded;
    if (now == null) {
      throw new IllegalStateException("the extension is not registered: it is a static field with @RegisterExtension");
    }
    return now.function(new Key(used, options, name), Object.class);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Loaded all = loadedOf(context);
    used = template == null ? defaultTemplate(context, all) : template;
    loaded = all;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TandemFunction.class && parameter.isAnnotated(LambdaFunction.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    String name = parameter.findAnnotation(LambdaFunction.class).orElseThrow().value();
    Loaded all = loadedOf(context);
    Template of = template == null ? defaultTemplate(context, all) : template;
    return all.function(new Key(of, options, name), responseOf(parameter.getParameter().getParameterizedType()));
  }

  /** Of TandemFunction of I and O the O; Object where that is left open. */
  private static Type responseOf(Type function) {
    if (function instanceof ParameterizedType of) {
      Type response = of.getActualTypeArguments()[1];
      if (response instanceof Class || response instanceof ParameterizedType) {
        return response;
      }
    }
    return Object.class;
  }

  private static Loaded loadedOf(ExtensionContext context) {
    return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Loaded.class, key -> new Loaded(), Loaded.class);
  }

  private static Template defaultTemplate(ExtensionContext context, Loaded all) {
    Path path = context.getConfigurationParameter("tandem.template").map(Path::of).orElseGet(TandemExtension::found);
    return all.templates.computeIfAbsent(path, Template::at);
  }

  private static Path found() {
    return DEFAULT_NAMES.stream()
        .map(Path::of)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new ExtensionConfigurationException(
                    "there is no template.yaml, template.yml or template.json in "
                        + Path.of("").toAbsolutePath()
                        + "; name one by the configuration parameter tandem.template"));
  }
}
