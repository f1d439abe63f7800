import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import tandem.LoadOptions;
import tandem.Tandem;
import tandem.TandemRuntime;

/** Invokes a Java and a Python handler: {@code EmbedJava HELLO_JAVA_JAR DEPLOYMENT_PACKAGE_ZIP}. */
public final class EmbedJava {
  private EmbedJava() {}

  public static void main(String[] packages) {
    if (packages.length != 2) {
      System.err.println("EmbedJava: two packages, please");
      System.exit(2);
    }
    // The first calls are slow on a busy machine.
    LoadOptions options = LoadOptions.DEFAULT.memorySize(512).timeout(Duration.ofSeconds(30));
    try (TandemRuntime runtime = Tandem.runtime().build()) {
      var java = runtime.load("example.Hello::myHandler", Path.of(packages[0]), options);
      System.out.println(java.apply(123));
      var python = runtime.load("hello_python.my_handler", Path.of(packages[1]), options);
      System.out.println(python.apply(Map.of("first_name", "Ada", "last_name", "Lovelace")));
    }
  }
}
