package tandem;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the tests have from their surroundings, a runtime, and its log. */
final class Place implements AutoCloseable {
  final List<LogEvent> log = new CopyOnWriteArrayList<>();
  final TandemRuntime runtime =
      Tandem.runtime().log(log::add).python(Path.of(variable("TANDEM_TEST_PYTHON"))).build();

  static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name + " is not set");
  }

  /** The folder of a package that the tests of all hosts invoke: of its language's name. */
  static Path code(String language) {
    return Path.of(variable("TANDEM_TEST_PACKAGES"), language);
  }

  static LoadOptions options(String language, Isolation isolation) {
    return LoadOptions.DEFAULT
        .runtime(language)
        .name(language)
        .timeout(Duration.ofMinutes(2))
        .memorySize(512)
        .isolation(isolation);
  }

  TandemFunction<Object, Object> load(String language, String handler, Isolation isolation) {
    return runtime.load(handler, code(language), options(language, isolation));
  }

  /** All that was logged of the kind that handlers write. */
  String logged() {
    StringBuilder all = new StringBuilder();
    log.forEach(event -> all.append(event.origin() == LogEvent.Origin.FUNCTION ? event.text() : ""));
    return all.toString();
  }

  @Override
  public void close() {
    runtime.close();
  }
}
