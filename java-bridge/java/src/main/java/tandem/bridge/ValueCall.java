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
  private PojoSerializer<Object> reader;
  private PojoSerializer<Object> writer;

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
      if (serializers.isCustom()) {
        PayloadStream stream = slot.openPayload();
        try {
          return serializers.get(inputType).fromJson((InputStream) stream);
        } finally {
          stream.close();
        }
      }
      if (android) {
        return serializers.getForAndroid(inputType).fromJson(slot.payloadInput());
      }
      PojoSerializer<Object> from = reader;
      if (from == null) {
        from = serializers.get(inputType);
        reader = from;
      }
      return from instanceof PlainSerializer && !slot.isLarge()
          ? ((PlainSerializer) from).read(slot)
          : from.fromJson(slot.payloadInput());
    } catch (Throwable e) {
      throw new RuntimeException("An error occurred during JSON parsing", e);
    }
  }

  private void write(boolean android, Object value, Slot slot) {
    try {
      if (android) {
        serializers.getForAndroid(outputType).toJson(value, slot.result);
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
        to.toJson(value, slot.result);
      }
    } catch (Throwable e) {
      throw new RuntimeException("An error occurred during JSON serialization of response", e);
    }
  }
}
