package tandem.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import tandem.FunctionException;
import tandem.LoadOptions;
import tandem.TandemException;
import tandem.TandemFunction;
import tandem.Template;

/** The extension, in runs of JUnit of their own: a template and tests, as a user has them. */
@Timeout(300)
class TandemExtensionTest {
  private static final Map<String, String> ADA = Map.of("name", "Ada");
  private static final String TEMPLATE =
      """
      Transform: AWS::Serverless-2016-10-31
      Parameters:
        Greeting: {Type: String, Default: hello}
      Globals:
        Function:
          Timeout: 60
          MemorySize: 512
      Resources:
        Python:
          Type: AWS::Serverless::Function
          Properties: {CodeUri: PACKAGES/python, Handler: handlers.greet}
        Java:
          Type: AWS::Serverless::Function
          Properties: {CodeUri: PACKAGES/java, Handler: "capi.Handlers::greet"}
        Hello:
          Type: AWS::Serverless::Function
          Properties: {CodeUri: state, Handler: state.hello}
        Failing:
          Type: AWS::Serverless::Function
          Properties: {CodeUri: PACKAGES/python, Handler: handlers.fail}
        State:
          Type: AWS::Serverless::Function
          Properties:
            CodeUri: state
            Handler: state.count
            Environment:
              Variables:
                GREETING: !Ref Greeting
      """;
  private static final String STATE =
      """
      import os
      calls = 0
      def hello(event, context):
          return "Hello " + event["name"]
      def count(event, context):
          global calls
          calls += 1
          return [str(calls), os.environ["GREETING"], os.environ.get("OTHER", "")]
      """;

  @TempDir private static Path folder;

  private static Path template() {
    String packages = Objects.requireNonNull(System.getenv("TANDEM_TEST_PACKAGES"), "TANDEM_TEST_PACKAGES is not set");
    try {
      Files.createDirectories(folder.resolve("state"));
      Files.writeString(folder.resolve("state/state.py"), STATE);
      return Files.writeString(folder.resolve("template.yaml"), TEMPLATE.replace("PACKAGES", packages));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static EngineExecutionResults run(Class<?> tests, String template) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(tests))
        .configurationParameter("tandem.template", template)
        .execute();
  }

  @ExtendWith(TandemExtension.class)
  static class Parameters {
    @Test
    void greets(
        @LambdaFunction("Python") TandemFunction<Map<String, String>, String> python,
        @LambdaFunction("Java") TandemFunction<Map<String, String>, String> java) {
      assertEquals("Hello Ada from Python", python.apply(ADA));
      assertEquals("Hello Ada from Java", java.apply(ADA));
    }

    @Test
    void tellsErrors(@LambdaFunction("Failing") TandemFunction<Object, Object> failing) {
      assertEquals("KeyError", assertThrows(FunctionException.class, () -> failing.apply(ADA)).errorType());
    }
  }

  @Test
  void givesParametersOfTests() {
    run(Parameters.class, template().toString()).testEvents().assertStatistics(of -> of.started(2).succeeded(2));
  }

  /** As docs/embedding-java.md has it, but for the static. */
  @ExtendWith(TandemExtension.class)
  static class HelloTest {
    @Test
    void greets(@LambdaFunction("Hello") TandemFunction<Map<String, String>, String> hello) {
      assertEquals("Hello Ada", hello.apply(Map.of("name", "Ada")));
    }
  }

  @Test
  void doesWhatThePageSays() {
    run(HelloTest.class, template().toString()).testEvents().assertStatistics(of -> of.started(1).succeeded(1));
  }

  @ExtendWith(TandemExtension.class)
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class Warm {
    @Test
    @Order(1)
    void first(@LambdaFunction("State") TandemFunction<Object, List<String>> state) {
      assertEquals(List.of("1", "hello", ""), state.apply(null));
    }

    @Test
    @Order(2)
    void second(@LambdaFunction("State") TandemFunction<Object, List<String>> state) {
      assertEquals("2", state.apply(null).get(0));
    }
  }

  @Test
  void functionsStayWarm() {
    run(Warm.class, template().toString()).testEvents().assertStatistics(of -> of.started(2).succeeded(2));
  }

  @ExtendWith(TandemExtension.class)
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class Closing {
    @Test
    @Order(1)
    void closes(@LambdaFunction("State") TandemFunction<Object, List<String>> state) {
      state.close();
    }

    @Test
    @Order(2)
    void goesOn(@LambdaFunction("State") TandemFunction<Object, List<String>> state) {
      assertEquals("1", state.apply(null).get(0));
    }
  }

  @Test
  void aTestThatClosesAFunctionLeavesItToOthers() {
    run(Closing.class, template().toString()).testEvents().assertStatistics(of -> of.started(2).succeeded(2));
  }

  @ExtendWith(TandemExtension.class)
  static class Typed {
    @Test
    void isOneFunction(
        @LambdaFunction("State") TandemFunction<Object, List<String>> texts,
        @LambdaFunction("State") TandemFunction<Object, String[]> array,
        @LambdaFunction("State") TandemFunction<Object, Object> any) {
      assertEquals("1", texts.apply(null).get(0));
      assertEquals("2", array.apply(null)[0]);
      assertEquals(List.of("3", "hello", ""), any.apply(null));
    }
  }

  @Test
  void functionsAreLoadedOnceWhateverTheirTypes() {
    run(Typed.class, template().toString()).testEvents().assertStatistics(of -> of.started(1).succeeded(1));
  }

  @ExtendWith(TandemExtension.class)
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class Only {
    @Test
    @Order(1)
    void isOneFunction(
        @LambdaFunction TandemFunction<Object, List<String>> only,
        @LambdaFunction("Only") TandemFunction<Object, List<String>> named) {
      assertEquals("1", only.apply(null).get(0));
      assertEquals("2", named.apply(null).get(0));
    }

    @Test
    @Order(2)
    void isStillTheOne(
        @LambdaFunction("its-name") TandemFunction<Object, List<String>> named,
        @LambdaFunction TandemFunction<Object, List<String>> only) {
      assertEquals("3", named.apply(null).get(0));
      assertEquals("4", only.apply(null).get(0));
    }

    @Test
    @Order(3)
    void isNotAnother(@LambdaFunction("Other") TandemFunction<Object, List<String>> other) {
      assertNotEquals(null, other);
    }
  }

  @Test
  void aTemplatesOnlyFunctionIsLoadedOnceByWhateverName() throws IOException {
    template();
    Path path = folder.resolve("only.yaml");
    Files.writeString(
        path,
        """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Only:
            Type: AWS::Serverless::Function
            Properties:
              FunctionName: its-name
              CodeUri: state
              Handler: state.count
              Timeout: 60
              MemorySize: 512
              Environment: {Variables: {GREETING: hello}}
        """);
    run(Only.class, path.toString())
        .testEvents()
        .assertStatistics(of -> of.started(3).succeeded(2).failed(1))
        .assertThatEvents()
        .haveExactly(1, finishedWithFailure(message(text -> text.contains("has no function 'Other'"))));
  }

  static class Registered {
    @RegisterExtension
    static final TandemExtension TANDEM =
        TandemExtension.of(
            Template.at(template()).parameter("Greeting", "good day"),
            LoadOptions.DEFAULT.variables(Map.of("OTHER", "the test's")));

    @Test
    void hasItsParametersAndOptions() {
      assertEquals(List.of("1", "good day", "the test's"), TANDEM.function("State").apply(null));
    }
  }

  @Test
  void canBeAField() {
    run(Registered.class, "unused.yaml").testEvents().assertStatistics(of -> of.started(1).succeeded(1));
  }

  @Test
  void theLogHasLineEnds() {
    template();
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      run(Parameters.class, folder.resolve("template.yaml").toString());
    } finally {
      System.setOut(console);
    }
    String log = printed.toString(StandardCharsets.UTF_8);
    assertTrue(log.contains("[ERROR] KeyError: 'Ada'\nTraceback (most recent call last):\n"), log);
    assertFalse(log.contains("\r"), log);
  }

  @ExtendWith(TandemExtension.class)
  static class Missing {
    @Test
    void misses(@LambdaFunction("Missing") TandemFunction<Object, Object> missing) {
      assertNotEquals(null, missing);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "template.yaml,has no function 'Missing'; its functions are Python",
    "nowhere.yaml,nowhere.yaml"
  })
  void tellsWhatIsWrong(String name, String part) {
    template();
    run(Missing.class, folder.resolve(name).toString())
        .testEvents()
        .assertThatEvents()
        .haveExactly(1, finishedWithFailure(message(text -> text.contains(part))));
  }

  @Test
  void refusesATemplateThatIsNotThere() {
    Template nowhere = Template.at(folder.resolve("nowhere.yaml"));
    try (var runtime = tandem.Tandem.runtime().build()) {
      TandemException error =
          assertThrows(TandemException.class, () -> runtime.load(nowhere, "State", LoadOptions.DEFAULT));
      assertTrue(error.getMessage().contains("nowhere.yaml"), error.getMessage());
    }
  }
}
