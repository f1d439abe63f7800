package tandem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is of this host alone: values, errors, threads, futures, ends, and its own JVM. */
@Timeout(300)
class HostTest {
  private static final Map<String, String> ADA = Map.of("name", "Ada");

  /** Events and responses of classes. */
  record Person(String name) {}

  @Test
  void hasATandemOfItsOwn() throws IOException {
    assertTrue(Tandem.version().matches("\\d+\\.\\d+\\.\\d+"), Tandem.version());
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      List<String> mapped = maps.filter(line -> line.contains("/libtandem")).toList();
      assertFalse(mapped.isEmpty());
      String cache = System.getenv("TANDEM_CACHE_DIR");
      mapped.forEach(line -> assertTrue(line.contains(cache), line));
    }
  }

  @ParameterizedTest
  @CsvSource({"java,capi.Handlers::greet", "python,handlers.greet"})
  void takesAndGivesTypedValues(String language, String handler) {
    try (Place place = new Place()) {
      TandemFunction<Person, String> function =
          place.runtime.load(
              handler,
              Place.code(language),
              Place.options(language, Isolation.INLINE),
              Person.class,
              String.class);
      assertTrue(function.apply(new Person("Ada")).startsWith("Hello Ada from "));
    }
  }

  @Test
  void takesAndGivesBytes() {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> echo = place.load("python", "handlers.echo", Isolation.INLINE);
      byte[] event = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);
      assertArrayEquals(event, echo.applyBytes(event, InvokeOptions.NONE));
      assertThrows(IllegalArgumentException.class, () -> echo.apply(Double.NaN));
    }
  }

  /** Inline Java is in this JVM; what it prints is its log, and what the host prints is not. */
  @Test
  void leavesTheHostsOutputAlone() {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> greet = place.load("java", "capi.Handlers::greet", Isolation.INLINE);
      System.out.println("the host, before");
      greet.apply(ADA);
      System.out.println("the host, after");
      assertEquals("greeting Ada\n", place.logged());
    }
  }

  /** Neither sees the other's classes but the platform's. */
  @Test
  void keepsItsClassesApart() {
    try (Place place = new Place()) {
      place.load("java", "capi.Handlers::greet", Isolation.INLINE).apply(ADA);
      assertThrows(ClassNotFoundException.class, () -> Class.forName("tandem.bridge.Bridge"));
      assertThrows(ClassNotFoundException.class, () -> Class.forName("capi.Handlers"));
      TandemFunction<Object, Object> missing =
          place.runtime.load(
              "tandem.HostTest::greet", Place.code("java"), Place.options("java", Isolation.INLINE));
      FunctionException failed = assertThrows(FunctionException.class, () -> missing.apply(ADA));
      assertTrue(failed.errorMessage().contains("tandem.HostTest"), failed.getMessage());
    }
  }

  @Test
  void leavesSignalsToTheJvm() throws IOException {
    try (Place place = new Place()) {
      List<String> before = signals();
      for (Isolation isolation : Isolation.values()) {
        place.load("java", "capi.Handlers::greet", isolation).apply(ADA);
        place.load("python", "handlers.greet", isolation).apply(ADA);
      }
      assertEquals(before, signals());
    }
  }

  private static List<String> signals() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines.filter(line -> line.startsWith("SigCgt:") || line.startsWith("SigIgn:")).toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"java,capi.Handlers::greet", "python,handlers.greet"})
  void logsComeBeforeTheAnswer(String language, String handler) {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> greet = place.load(language, handler, Isolation.PROCESS);
      greet.apply(ADA, InvokeOptions.NONE.withRequestId("an-id"));
      assertEquals("greeting Ada\n", place.logged());
      for (LogEvent event : place.log) {
        assertEquals(language, event.functionName());
        assertEquals(event.origin() == LogEvent.Origin.FUNCTION ? "an-id" : "", event.requestId(), event::toString);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"java,capi.Handlers::waitForever", "python,handlers.wait_forever"})
  void aCancelledFutureCancelsTheHandler(String language, String handler) throws InterruptedException {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> function = place.load(language, handler, Isolation.PROCESS);
      CompletableFuture<Object> future = function.applyAsync(Map.of());
      while (!place.logged().contains("waiting")) {
        Thread.sleep(10);
      }
      assertTrue(future.cancel(true));
      assertThrows(CancellationException.class, future::join);
      function.close(); // which waits for the handler
    }
  }

  @ParameterizedTest
  @CsvSource({"java,capi.Handlers::stream", "python,handlers.stream"})
  void aStreamThatIsClosedEndsTheHandler(String language, String handler) throws IOException {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> function = place.load(language, handler, Isolation.PROCESS);
      InputStream stream = function.stream(Map.of());
      assertEquals('o', stream.read());
      stream.close();
      assertThrows(IOException.class, stream::read);
      function.close();
    }
  }

  @Test
  void aStreamThatIsDroppedEndsTheHandler(@TempDir Path folder) throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("endless.py"),
        """
        def handler(_event, _context):
            while True:
                yield "more"
        """);
    Place place = new Place(); // whose end would wait for a handler that goes on
    LoadOptions options = Place.options("python", Isolation.INLINE).timeout(null);
    var endless = place.runtime.load("endless.handler", folder, options);
    assertEquals('m', endless.stream(null).read());
    Thread closing = new Thread(endless::close);
    closing.setDaemon(true);
    closing.start();
    while (closing.isAlive()) {
      System.gc();
      closing.join(10);
    }
    place.close();
  }

  @Test
  void aStreamFailsAsTheHandlerDoes() throws IOException {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> function = place.load("python", "handlers.fail", Isolation.PROCESS);
      try (InputStream stream = function.stream(ADA)) {
        IOException failed = assertThrows(IOException.class, stream::readAllBytes);
        assertEquals("KeyError", ((FunctionException) failed.getCause()).errorType());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"java,capi.Handlers::greet", "python,handlers.greet"})
  void afterItsEndACallIsOneClearError(String language, String handler) {
    Place place = new Place();
    TandemFunction<Object, Object> function = place.load(language, handler, Isolation.INLINE);
    TandemFunction<Object, Object> further = place.load(language, handler, Isolation.INLINE);
    function.close();
    function.close();
    for (Runnable call : List.<Runnable>of(() -> function.apply(ADA), function::prepare, function::warning)) {
      TandemException refused = assertThrows(TandemException.class, call::run);
      assertEquals("the function is unloaded", refused.getMessage());
      assertSame(Code.UNAVAILABLE, refused.code());
    }
    assertFalse(place.runtime.isClosed());
    place.close();
    place.close();
    assertTrue(place.runtime.isClosed());
    assertEquals(
        "the function's runtime is closed",
        assertThrows(TandemException.class, () -> further.apply(ADA)).getMessage());
    assertEquals(
        "the runtime is closed",
        assertThrows(TandemException.class, () -> place.load(language, handler, Isolation.INLINE)).getMessage());
  }

  /** Callers until one is refused; nobody uses a function that is gone. */
  @Test
  void closingWaitsForCallersOfOtherThreads() throws InterruptedException {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> echo = place.load("java", "capi.Handlers::echo", Isolation.INLINE);
      List<String> refused = new java.util.concurrent.CopyOnWriteArrayList<>();
      List<Thread> threads = new ArrayList<>();
      var begun = new java.util.concurrent.CountDownLatch(8);
      for (int i = 0; i < 8; ++i) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    echo.apply(1L);
                    begun.countDown();
                    while (echo.apply(1L).equals(1L)) {}
                  } catch (TandemException e) {
                    refused.add(e.getMessage());
                  }
                });
        thread.start();
        threads.add(thread);
      }
      begun.await();
      echo.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(java.util.Collections.nCopies(8, "the function is unloaded"), refused);
    }
  }

  @Test
  void twoRuntimesGoOnApart() {
    try (Place one = new Place()) {
      try (Place other = new Place()) {
        for (Place place : List.of(one, other)) {
          place.load("java", "capi.Handlers::greet", Isolation.INLINE).apply(ADA);
          place.load("python", "handlers.greet", Isolation.INLINE).apply(ADA);
        }
        assertEquals("greeting Ada\ngreeting Ada\n", other.logged());
      }
      assertEquals("greeting Ada\ngreeting Ada\n", one.logged());
      one.load("java", "capi.Handlers::greet", Isolation.INLINE).apply(ADA);
    }
  }

  @Test
  void whatIsWrongIsSaid() {
    try (Place place = new Place()) {
      TandemException absent =
          assertThrows(
              TandemException.class,
              () -> place.runtime.load("handlers.greet", Path.of("/absent"), LoadOptions.DEFAULT));
      assertTrue(absent.getMessage().contains("/absent"), absent.getMessage());
    }
  }

  @Test
  void refusesANullPayload() {
    try (Place place = new Place()) {
      TandemFunction<Object, Object> echo = place.load("python", "handlers.echo", Isolation.INLINE);
      assertThrows(NullPointerException.class, () -> echo.applyBytes(null, InvokeOptions.NONE));
    }
  }

  /** Whether the handler runs already or not: without a timeout, one that was not told would keep its runtime open. */
  @ParameterizedTest
  @CsvSource({"java,capi.Handlers::waitForever,INLINE", "java,capi.Handlers::waitForever,PROCESS"})
  void cancelsAtOnce(String language, String handler, Isolation isolation) {
    try (Place place = new Place()) {
      LoadOptions options = Place.options(language, isolation).timeout(null);
      var waiting = place.runtime.load(handler, Place.code(language), options);
      for (int i = 0; i < 5; ++i) {
        CompletableFuture<Object> call = waiting.applyAsync(Map.of());
        call.cancel(true);
        assertThrows(CancellationException.class, call::join);
      }
    }
  }

  /** Resident memory that no file backs, in KiB, which has the whole heap in it from the start. */
  private static long resident() throws IOException {
    System.gc();
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(each -> each.startsWith("RssAnon:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", ""));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "java,capi.Handlers::echo,INLINE",
    "java,capi.Handlers::echo,PROCESS",
    "python,handlers.echo,INLINE",
    "python,handlers.echo,PROCESS"
  })
  void memoryIsFlat(String language, String handler, Isolation isolation) throws IOException {
    int calls = "all".equals(System.getenv("TANDEM_TEST_EXTENT")) ? 100_000 : 20_000;
    try (Place place = new Place()) {
      TandemFunction<Object, Object> echo = place.load(language, handler, isolation);
      byte[] event = Native.bytes('"' + "x".repeat(2000) + '"');
      for (int i = 0; i < calls; ++i) {
        assertArrayEquals(event, echo.applyBytes(event, InvokeOptions.NONE));
      }
      long before = resident();
      for (int i = 0; i < calls; ++i) {
        assertArrayEquals(event, echo.applyBytes(event, InvokeOptions.NONE));
      }
      long grown = resident() - before;
      // One event of each call would be 40 MB; the compilers take some MB of their own.
      assertTrue(grown < 16 * 1024, grown + " KiB more");
    }
  }
}
