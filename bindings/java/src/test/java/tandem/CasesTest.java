package tandem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The cases that every binding takes. */
class CasesTest {
  private static final Gson GSON =
      new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    String text = Files.readString(Path.of(Place.variable("TANDEM_TEST_CASES")));
    List<DynamicTest> tests = new ArrayList<>();
    for (Object each : GSON.fromJson(text, List.class)) {
      Map<?, ?> testCase = (Map<?, ?>) each;
      String name = (String) testCase.get("name");
      if (testCase.containsKey("callers")) {
        tests.add(DynamicTest.dynamicTest(name, () -> callersMeet(testCase)));
        continue;
      }
      for (Isolation isolation : Isolation.values()) {
        tests.add(DynamicTest.dynamicTest(name + ", " + isolation, () -> one(testCase, isolation)));
      }
    }
    assertTrue(tests.size() > 20, "cases are missing");
    return tests.stream();
  }

  private static void one(Map<?, ?> testCase, Isolation isolation) throws IOException {
    String language = (String) testCase.get("package");
    Object event = testCase.get("event");
    try (Place place = new Place()) {
      TandemFunction<Object, Object> function = place.load(language, (String) testCase.get("handler"), isolation);
      if (testCase.containsKey("error")) {
        Map<?, ?> error = (Map<?, ?>) testCase.get("error");
        FunctionException failed = assertThrows(FunctionException.class, () -> function.apply(event));
        assertEquals(error.get("type"), failed.errorType());
        assertEquals(error.get("message"), failed.errorMessage());
        assertTrue(failed.getMessage().contains((String) error.get("message")));
        assertTrue(
            !error.containsKey("frame") || failed.errorStack().get(0).contains((String) error.get("frame")),
            failed.errorStack().toString());
        Map<?, ?> payload =
            GSON.fromJson(new String(failed.payload(), StandardCharsets.UTF_8), Map.class);
        assertEquals(error.get("message"), payload.get("errorMessage"));
      } else if (testCase.containsKey("stream")) {
        try (InputStream stream = function.stream(event)) {
          assertEquals(testCase.get("stream"), new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
      } else {
        assertEquals(testCase.get("payload"), function.apply(event));
      }
      if (testCase.containsKey("log")) {
        assertTrue(place.logged().contains((String) testCase.get("log")), place.logged());
      }
    }
  }

  private static void callersMeet(Map<?, ?> testCase) {
    int callers = ((Long) testCase.get("callers")).intValue();
    String language = (String) testCase.get("package");
    String handler = (String) testCase.get("handler");
    LoadOptions options = Place.options(language, Isolation.INLINE);
    try (Place place = new Place()) {
      List<TandemFunction<Object, Object>> functions = new ArrayList<>();
      if (testCase.containsKey("max_concurrency")) {
        int most = ((Long) testCase.get("max_concurrency")).intValue();
        var shared = place.runtime.load(handler, Place.code(language), options.maxConcurrency(most));
        functions.addAll(Collections.nCopies(callers, shared));
      } else {
        for (int i = 0; i < callers; ++i) {
          functions.add(place.runtime.load(handler, Place.code(language), options));
        }
      }
      List<CompletableFuture<Object>> answers = new ArrayList<>();
      functions.forEach(function -> answers.add(function.applyAsync(testCase.get("event"))));
      answers.forEach(answer -> assertEquals(testCase.get("payload"), answer.join()));
    }
  }
}
