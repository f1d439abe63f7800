package tandem.bridge;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.InputStream;
import java.lang.reflect.Type;

/** A handler that takes and returns values: JSON in, user code, JSON out. */
final class ValueCall implements Call {
  /** User code behind one shape; {@code input} is null where the handler takes none. */
  interface Target {
    Object call(Object input, Context context) throws Throwable;
  }

  private final Serializers serializers;
  private final Target target;
  private final Type inputType;
  private final Type outputType;

  // Made at the first invocation, volatile for the others that run at once: what is published is complete.
  private volatile PojoSerializer<Object> reader;
  private volatile PojoSerializer<Object> writer;

  /**
   * @param inputType what the payload becomes, null when the handler does not want it (H-JAVA-38)
   * @param outputType what is written, null when the response is {@code null} (H-JAVA-39)
   */
  ValueCall(Serializers serializers, Target target, Type inputType, Type outputType) {
    this.serializers = serializers;
    this.target = target;
    this.inputType = inputType;
    this.outputType = outputType;
  }

  @Override
  public void prepare() throws Fault {
    serializers.prepare(inputType);
    serializers.prepare(outputType);
  }

  @Override
  public void run(Slot slot, Invocation invocation) throws Throwable {
    boolean android = invocation.fromAndroid();
    Object input = inputType == null ? null : read(android, slot);
    Object output = target.call(input, invocation);
    if (outputType == null) {
      Bridge.writeNull(slot.result);
    } else {
      write(android, output, slot);
    }
  }

  private Object read(boolean android, Slot slot) {
    try {
      if (android) {
        return read(serializers.getForAndroid(inputType), slot);
      }
      PojoSerializer<Object> from = reader;
      if (from == null) {
        from = serializers.get(inputType);
        reader = from;
      }
      return from instanceof PlainSerializer ? ((PlainSerializer) from).read(slot) : read(from, slot);
    } catch (Throwable e) {
      throw new RuntimeException("An error occurred during JSON parsing", e);
    }
  }

  private static Object read(PojoSerializer<Object> from, Slot slot) {
    Serializers.libraryReads++;
    if (!(from instanceof Serializers.Custom)) {
      return from.fromJson(slot.payloadForLibrary());
    }
    try (PayloadStream stream = slot.openPayload()) {
      return from.fromJson((InputStream) stream);
    }
  }

  private void write(boolean android, Object value, Slot slot) {
    try {
      if (android) {
        write(serializers.getForAndroid(outputType), value, slot);
        return;
      }
      PojoSerializer<Object> to = writer;
      if (to == null) {
        to = serializers.get(outputType);
        writer = to;
      }
      if (to instanceof PlainSerializer) {
        ((PlainSerializer) to).write(value, slot);
      } else {
        write(to, value, slot);
      }
    } catch (Throwable e) {
      throw new RuntimeException("An error occurred during JSON serialization of response", e);
    }
  }

  private static void write(PojoSerializer<Object> to, Object value, Slot slot) {
    Serializers.libraryWrites++;
    ResponseStream stream = new ResponseStream(slot.result, 0);
    try {
      to.toJson(value, stream);
    } finally {
      stream.end();
    }
  }
}
