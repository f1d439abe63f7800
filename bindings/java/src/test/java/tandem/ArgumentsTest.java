package tandem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tandem.junit.TandemExtension;

/** What a caller may not give, and how it is told. */
@Timeout(300)
class ArgumentsTest {
  private static final Path NOWHERE = Path.of("/absent");
  private static final LoadOptions OPTIONS = LoadOptions.DEFAULT;
  private static final InvokeOptions NONE = InvokeOptions.NONE;

  private static void requireNamed(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call, name).getMessage());
  }

  private static void requireRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call, message).getMessage());
  }

  @Test
  void aNullIsNamed() {
    Template template = Template.at(NOWHERE);
    try (Place place = new Place()) {
      TandemRuntime runtime = place.runtime;
      requireNamed("handler", () -> runtime.load(null, NOWHERE));
      requireNamed("code", () -> runtime.load("a.b", null));
      requireNamed("options", () -> runtime.load("a.b", NOWHERE, null));
      requireNamed("event", () -> runtime.load("a.b", NOWHERE, OPTIONS, null, String.class));
      requireNamed("response", () -> runtime.load("a.b", NOWHERE, OPTIONS, Object.class, null));
      requireNamed("template", () -> runtime.load((Template) null, "A", OPTIONS));
      requireNamed("function", () -> runtime.load(template, null, OPTIONS));
      requireNamed("options", () -> runtime.load(template, "A", null));
      requireNamed("response", () -> runtime.load(template, "A", OPTIONS, Object.class, null));
      TandemFunction<Object, Object> echo = place.load("python", "handlers.echo", Isolation.INLINE);
      requireNamed("payload", () -> echo.applyBytes(null, NONE));
      requireNamed("options", () -> echo.apply(1, null));
      requireNamed("response", () -> echo.view(Object.class, null));
      assertEquals(null, echo.apply(null));
    }
    requireNamed("layers", () -> OPTIONS.layers(null));
    requireNamed("variables", () -> OPTIONS.variables(null));
    requireNamed("format", () -> OPTIONS.log(null, ""));
    requireNamed("level", () -> OPTIONS.log("", null));
    requireNamed("requestId", () -> NONE.withRequestId(null));
    requireNamed("traceId", () -> new InvokeOptions("", "", "", null, "", ""));
    requireNamed("name", () -> template.parameter(null, ""));
    requireNamed("value", () -> template.parameter("A", null));
    requireNamed("folder", () -> Tandem.runtime().cache(null));
    requireNamed("folder", () -> Tandem.runtime().loaders(null));
    requireNamed("duration", () -> Tandem.runtime().workerIdle(null));
    requireNamed("template", () -> TandemExtension.of(null, OPTIONS));
    requireNamed("options", () -> TandemExtension.of(template, null));
  }

  @Test
  void anInlineFunctionHasNoVariablesOfItsOwn() {
    LoadOptions options = OPTIONS.isolation(Isolation.INLINE).variables(Map.of("A", "b"));
    String message = "an inline function has the variables of its program: set those";
    try (Place place = new Place()) {
      requireRefused(message, () -> place.runtime.load("handlers.echo", Place.code("python"), options));
      requireRefused(message, () -> place.runtime.load(Template.at(NOWHERE), "A", options));
    }
  }

  @ParameterizedTest
  @CsvSource({"text,INFO", "json,''", "XML,INFO"})
  void aLogFormatIsOneOfTwo(String format, String level) {
    requireRefused("log: the format '" + format + "' is neither Text nor JSON", () -> OPTIONS.log(format, level));
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "WARNING", "LOUD"})
  void aLogLevelIsOneOfSix(String level) {
    requireRefused(
        "log: the level '" + level + "' is none of TRACE, DEBUG, INFO, WARN, ERROR and FATAL",
        () -> OPTIONS.log("JSON", level));
  }

  @Test
  void logsMayBeAsTheyAreUsed() {
    for (String format : List.of("", "Text", "JSON")) {
      for (String level : List.of("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")) {
        LoadOptions options = OPTIONS.log(format, level);
        assertEquals(format + level, options.logFormat + options.logLevel);
      }
    }
  }

  @Test
  void aTimeoutIsNotNegative() {
    requireRefused("timeout: PT-1S is negative; null is none", () -> OPTIONS.timeout(Duration.ofSeconds(-1)));
    assertEquals(null, OPTIONS.timeout(null).timeout);
    assertTrue(OPTIONS.timeout(Duration.ZERO).timeout.isZero());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "\r", "a\u0000", "\u007f"})
  void aRequestIdHasNoControlCharacters(String id) {
    requireRefused("requestId: it has a control character", () -> NONE.withRequestId(id));
  }
}
