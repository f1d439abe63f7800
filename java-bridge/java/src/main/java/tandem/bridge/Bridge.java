package tandem.bridge;

import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  /** All slots; replaced as a whole, so that looking through them needs no memory. */
  private static volatile Slot[] slots = {};

  private Bridge() {}

  /**
   * Puts our log behind System.out, System.err and LambdaRuntime.getLogger(), and the trace header into the properties.
   *
   * @param isHosts the VM is the host's, whose own threads go on to write where they did
   */
  static void start(boolean isHosts) throws ReflectiveOperationException, UnsupportedEncodingException {
    System.setOut(new PrintStream(new LogStream(isHosts ? System.out : null), true, "UTF-8"));
    System.setErr(new PrintStream(new LogStream(isHosts ? System.err : null), true, "UTF-8"));
    TraceProperties.install();
    ErrorReport.prepare();
    Field logger = LambdaRuntime.class.getDeclaredField("logger");
    logger.setAccessible(true);
    logger.set(null, FunctionLogger.INSTANCE);
  }

  /** Makes a slot for the calling thread over memory of the native half. */
  static synchronized Slot attach(ByteBuffer in, ByteBuffer out) {
    Slot slot = new Slot(in, out);
    Slot[] more = Arrays.copyOf(slots, slots.length + 1);
    more[slots.length] = slot;
    slots = more;
    return slot;
  }

  /** The slot's memory is about to go; its thread may be in an invocation that has another slot. */
  static synchronized void detach(Slot slot) {
    List<Slot> others = new ArrayList<>(Arrays.asList(slots));
    others.remove(slot);
    slots = others.toArray(new Slot[0]);
  }

  /** Loads what every first invocation would load, without user code. */
  static void warm() {
    Serializers.warm();
  }

  /** The process's function comes later. */
  static void standBy() {
    Standby.begin();
  }

  /** The process has its function's variables now, so many. */
  static void takeFunction(int variables) {
    Standby.take(variables);
  }

  /**
   * Resolves a function.
   *
   * @return the {@link Function}, or the encoded error as a byte array
   */
  static Object open(Slot slot, byte[] encodedConfig, long logId) {
    FunctionConfig config = new FunctionConfig(encodedConfig);
    try {
      config.checkLogging();
    } catch (IllegalArgumentException e) {
      return ErrorReport.encodeExit(e);
    }
    Scope scope = slot.scope;
    Invocation outer = scope.current;
    ClassLoader outerLoader = slot.thread.getContextClassLoader();
    Function function = null;
    try {
      function = new Function(config, logId);
      scope.current = new Invocation(function);
      slot.thread.setContextClassLoader(function.loader);
      function.resolve();
      return function;
    } catch (Throwable e) {
      try {
        return ErrorReport.encodeInit(e, config, function);
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
      for (Slot slot : slots) {
        slot.forgetGenerator();
      }
      try {
        function.close();
      } catch (OutOfMemoryError e) {
        // The heap is full: jars that are still open are closed when they are collected.
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
    boolean heard = outer != null && outer.isInterrupted();
    boolean pending = outer != null && Thread.interrupted();
    Invocation invocation = null;
    slot.result.reset();
    try {
      invocation = slot.take(function);
      scope.current = invocation;
      slot.running = invocation;
      thread.setContextClassLoader(function.loader);
      if (function.cancelled.contains(invocation)) {
        invocation.interrupt(thread);
      }
      function.begin(invocation);
      function.call().run(slot, invocation);
      return slot.result.finish(slot);
    } catch (Throwable e) {
      return fail(slot, ErrorReport.encodeInvocation(e, function));
    } finally {
      if (invocation != null) {
        invocation.end();
        function.cancelled.remove(invocation);
      }
      slot.release();
      thread.setContextClassLoader(outerLoader);
      scope.current = outer;
      if (pending || outer != null && !heard && outer.isToYield()) {
        thread.interrupt();  // meant for the invocation that this one was nested in
      }
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
    function.cancelled.add(id);
    for (Slot slot : slots) {
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
