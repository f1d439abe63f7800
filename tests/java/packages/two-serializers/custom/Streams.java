package custom;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Needs no serializer. */
public class Streams implements RequestStreamHandler {
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
    for (int next = input.read(); next >= 0; next = input.read()) {
      output.write(next);
    }
  }

  public void copy(InputStream input, OutputStream output) throws IOException {
    handleRequest(input, output, null);
  }
}
