package tandem.bridge;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.InputStream;
import java.io.OutputStream;

/** A handler that reads and writes bytes (H-JAVA-41 to 47). */
final class StreamCall implements Call {
  /** User code behind one shape; a stream that the handler does not take is null. */
  interface Target {
    void call(InputStream input, OutputStream output, Context context) throws Throwable;
  }

  private final Target target;
  private final boolean takesInput;
  private final boolean takesOutput;

  StreamCall(Target target, boolean takesInput, boolean takesOutput) {
    this.target = target;
    this.takesInput = takesInput;
    this.takesOutput = takesOutput;
  }

  @Override
  public void run(Slot slot, Invocation invocation) throws Throwable {
    PayloadStream input = takesInput ? slot.openPayload() : null;
    ResponseStream output = takesOutput ? new ResponseStream(slot.result, slot.sink()) : null;
    try {
      target.call(input, output, invocation);
      if (output == null) {
        Bridge.writeNull(slot.result);
      } else {
        output.flush();
      }
    } finally {
      if (input != null) {
        input.close();
      }
      if (output != null) {
        output.end();
      }
    }
  }
}
