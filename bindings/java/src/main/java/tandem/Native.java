package tandem;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The C API. Texts are UTF-8; handles are pointers, 0 none. Errors: TandemException, and OutOfMemoryError. */
final class Native {
  static final byte[] NONE = {};

  private Native() {}

  /** Takes the events of a runtime's log, from any thread. */
  interface LogReceiver {
    void receive(
        byte[] text, byte[] functionName, byte[] requestId, byte[] stream, long micros, int origin, int level, int format);
  }

  /** Takes the chunks of a streaming response; false: the rest is not wanted. */
  interface ChunkReceiver {
    boolean receive(byte[] chunk);
  }

  static native byte[] version();

  /**
   * Makes a runtime.
   *
   * @param loaderDirs folders of loaders
   * @param languageOptions language, name and value of each
   * @param paths cache folder, folder of the worker programs
   * @param numbers most workers, most of one function, idle and init time of workers in ms, platform logs, strict runtimes
   */
  static native long createRuntime(
      byte[][] loaderDirs, byte[][] languageOptions, byte[][] paths, long[] numbers, LogReceiver log);

  static native void closeRuntime(long runtime);

  /**
   * Loads a function.
   *
   * @param texts handler, code, runtime, name, log format, log level
   * @param layers folders
   * @param variables name and value of each
   * @param numbers timeout in ms, MiB, concurrency, isolation
   * @param template path, function and region; empty: it is of no template
   * @param parameters of the template: name and value of each
   */
  static native long load(
      long runtime,
      byte[][] texts,
      byte[][] layers,
      byte[][] variables,
      long[] numbers,
      byte[][] template,
      byte[][] parameters);

  static native byte[] warning(long function);

  /** Errors: FunctionException, too. */
  static native void prepare(long function);

  static native void unload(long function);

  /**
   * Invokes a function.
   *
   * @param options request id, client context, cognito identity, trace id, tenant id, qualifier; null: none of them
   * @param chunks null: the response does not stream
   * @return the payload. Errors: FunctionException, too
   */
  static native byte[] invoke(long function, byte[] payload, byte[][] options, ChunkReceiver chunks);

  static native void cancel(long function, byte[] requestId);

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static byte[][] bytes(Iterable<?> texts) {
    List<byte[]> all = new ArrayList<>();
    for (Object text : texts) {
      all.add(bytes(text.toString()));
    }
    return all.toArray(new byte[0][]);
  }

  /** Called by the native half. */
  static TandemException failure(int code, byte[] message) {
    return new TandemException(Code.of(code), text(message));
  }

  /** Called by the native half. */
  static FunctionException error(byte[] type, byte[] message, byte[][] stack, byte[] payload) {
    List<String> frames = new ArrayList<>();
    for (byte[] frame : stack) {
      frames.add(text(frame));
    }
    return new FunctionException(text(type), text(message), frames, payload);
  }
}
