package conformance;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/** Handlers of bytes. */
public class Streams {
  static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] part = new byte[1024];
    for (int size = in.read(part); size >= 0; size = in.read(part)) {
      out.write(part, 0, size);
    }
  }

  public void echo(InputStream in, OutputStream out) throws IOException {
    copy(in, out);
  }

  public void withContext(InputStream in, OutputStream out, Context context) throws IOException {
    out.write(context.getFunctionVersion().getBytes(StandardCharsets.UTF_8));
  }

  public void onlyIn(InputStream in) throws IOException {
    in.read();
  }

  public void onlyOut(OutputStream out) throws IOException {
    out.write("only out".getBytes(StandardCharsets.UTF_8));
  }

  public void nothing(InputStream in, OutputStream out) {}

  public void failing(InputStream in, OutputStream out) throws IOException {
    out.write("part".getBytes(StandardCharsets.UTF_8));
    throw new IOException("after a part");
  }

  public String returning(InputStream in, OutputStream out) throws IOException {
    out.write("written".getBytes(StandardCharsets.UTF_8));
    return "returned";
  }

  public void unflushed(InputStream in, OutputStream out) throws IOException {
    out.write("straight ".getBytes(StandardCharsets.UTF_8));
    new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8)).write("lost");
  }

  public static class Upper implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      for (int c = in.read(); c >= 0; c = in.read()) {
        out.write(Character.toUpperCase(c));
      }
    }
  }

  public static class Both implements RequestStreamHandler, RequestHandler<Object, String> {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      out.write("as a stream".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String handleRequest(Object event, Context context) {
      return "as an object";
    }
  }
}
