package tandem.bridge;

import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What the native half calls. No exception leaves these methods, save where the VM itself is exhausted.
 *
 * <p>Threads: any; a slot is used by its own thread only, except for {@link #cancel}.
 */
final class Bridge {
  /** Results of {@link #invoke} below zero; zero and above are the size of a response in the shared memory. */
  static final int SPILLED = -1;

  static final int FAILED = -2;

  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final List<Slot> SLOTS = new CopyOnWriteArrayList<>();

  private Bridge() {}

  /** Puts our log behind System.out, System.err and LambdaRuntime.getLogger(), and the trace header into the properties. */
  static void start() throws ReflectiveOperationException, UnsupportedEncodingException {
    System.setOut(new PrintStream(new LogStream(), true, "UTF-8"));
    System.setErr(new PrintStream(new LogStream(), true, "UTF-8"));
    TraceProperties.install();
    Field logger = LambdaRuntime.class.getDeclaredField("logger");
    logger.setAccessible(true);
    logger.set(null, FunctionLogger.INSTANCE);
  }

  /** Makes a slot for the calling thread over memory of the native half. */
  static Slot attach(ByteBuffer in, ByteBuffer out) {
    Slot slot = new Slot(in, out);
    SLOTS.add(slot);
    return slot;
  }

  /** The slot's memory is about to go; its thread may be in an invocation that has another slot. */
  static void detach(Slot slot) {
    SLOTS.remove(slot);
  }

  /** Loads what every first invocation would load, without user code. */
  static void warm() {
    Serializers.warm();
  }

  /**
   * Resolves a function.
   *
   * @return the {@link Function}, or the encoded error as a byte array
   */
  static Object open(Slot slot, byte[] encodedConfig, long logId) {
    FunctionConfig config = new FunctionConfig(encodedConfig);
    Scope scope = slot.scope;
    Invocation outer = scope.current;
    ClassLoader outerLoader = slot.thread.getContextClassLoader();
    Function function = null;
    try {
      config.checkLogging();
      function = new Function(config, logId);
      scope.current = new Invocation(function);
      slot.thread.setContextClassLoader(function.loader);
      function.resolve();
      return function;
    } catch (Throwable e) {
      try {
        return ErrorReport.ofInit(e).encode(config);
      } finally {
        close(function);
      }
    } finally {
      slot.thread.setContextClassLoader(outerLoader);
      scope.current = outer;
    }
  }

  static void close(Function function) {
    if (function != null) {
      for (Slot slot : SLOTS) {
        slot.forgetGenerator();
      }
      try {
        function.close();
      } catch (Throwable e) {
        System.err.println("A function's classes could not be closed: " + e);
      }
    }
  }

  /**
   * Runs one invocation, which the slot's memory describes (see {@link Slot}).
   *
   * @return the response's size in the shared memory; {@link #SPILLED}: the slot holds it; {@link #FAILED}: the slot holds
   *     the encoded error
   */
  static int invoke(Slot slot, Function function) {
    Scope scope = slot.scope;
    Thread thread = slot.thread;
    Invocation outer = scope.current;
    ClassLoader outerLoader = thread.getContextClassLoader();
    Invocation invocation = slot.take(function);
    slot.result.reset();
    scope.current = invocation;
    slot.running = invocation;
    thread.setContextClassLoader(function.loader);
    try {
      if (function.hasCancelled(invocation)) {
        invocation.interrupt(thread);
      }
      function.begin(invocation);
      function.call().run(slot, invocation);
      return slot.result.finish(slot);
    } catch (Throwable e) {
      return fail(slot, ErrorReport.ofInvocation(e).encode(function.config));
    } finally {
      invocation.end();
      if (function.hasCancelled(invocation)) {
        function.cancelled = null;  // an invocation of the same id may follow (C-27)
      }
      slot.release();
      thread.setContextClassLoader(outerLoader);
      scope.current = outer;
    }
  }

  private static int fail(Slot slot, byte[] error) {
    slot.result.reset();
    slot.spill = error;
    slot.spillSize = error.length;
    return FAILED;
  }

  /** Interrupts the thread that serves an invocation, or sees to it that the invocation starts interrupted. */
  static void cancel(Function function, byte[] id) {
    function.cancelled = id;
    for (Slot slot : SLOTS) {
      Invocation invocation = slot.running;
      if (invocation != null && invocation.function == function && invocation.hasId(id)) {
        invocation.interrupt(slot.thread);
      }
    }
  }

  static void writeNull(ResultBuffer result) {
    result.write(NULL, 0, NULL.length);
  }
}
