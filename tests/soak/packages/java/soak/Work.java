package soak;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** What a long run is made of. */
public class Work {
  public int next(int number) {
    return number + 1;
  }

  public Map<String, Object> echo(Map<String, Object> event) {
    return event;
  }

  public String same(String event) {
    return event;
  }

  public String fail(String message) {
    throw new IllegalStateException(message);
  }

  /** An error after which the function is closed and opened again (E-25). */
  public int recycle(int number) {
    throw new IOError(new IOException("no " + number));
  }

  /** Copies its input, and so what a stream handler is given, chunk by chunk where the caller takes chunks. */
  public static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[4096];
    for (int size = in.read(bytes); size >= 0; size = in.read(bytes)) {
      out.write(bytes, 0, size);
      out.flush();
    }
  }

  /** Writes more than an array holds. */
  public static void flood(OutputStream out) throws IOException {
    byte[] bytes = new byte[1 << 20];
    for (int i = 0; i <= 2048; ++i) {
      out.write(bytes);
    }
  }

  public int log(int lines, Context context) {
    for (int i = 0; i < lines; ++i) {
      context.getLogger().log("logged " + i + "\n");
      System.out.println("printed " + i);
    }
    return lines;
  }

  /** Its result is as long as the event asks. */
  public String large(int size) {
    StringBuilder text = new StringBuilder("x");
    while (text.length() < size) {
      text.append(text);
    }
    return text.substring(0, size);
  }
}
