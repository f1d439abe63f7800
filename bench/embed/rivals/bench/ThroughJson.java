package bench;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** JPype's way to the handlers: JSON text in, JSON text out, by the library that Tandem's Java half has. */
public final class ThroughJson {
  private static final Handlers HANDLERS = new Handlers();
  private static final Method W1 = method("w1", Map.class);
  private static final Method W2 = method("w2", Object.class);
  private static final PojoSerializer<Map<String, String>> W1_EVENT = events(W1);
  private static final PojoSerializer<Map<String, String>> W1_ANSWER = answers(W1);
  private static final PojoSerializer<Object> W2_EVENT = events(W2);
  private static final PojoSerializer<Object> W2_ANSWER = answers(W2);

  private ThroughJson() {}

  public static String w1(String event) {
    return text(W1_ANSWER, HANDLERS.w1(W1_EVENT.fromJson(event)));
  }

  public static String w2(String event) {
    return text(W2_ANSWER, HANDLERS.w2(W2_EVENT.fromJson(event)));
  }

  private static <T> String text(PojoSerializer<T> serializer, T value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    serializer.toJson(value, bytes);
    return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
  }

  private static Method method(String name, Class<?> event) {
    try {
      return Handlers.class.getMethod(name, event);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> PojoSerializer<T> events(Method method) {
    return (PojoSerializer<T>) JacksonFactory.getInstance().getSerializer(method.getGenericParameterTypes()[0]);
  }

  @SuppressWarnings("unchecked")
  private static <T> PojoSerializer<T> answers(Method method) {
    return (PojoSerializer<T>) JacksonFactory.getInstance().getSerializer(method.getGenericReturnType());
  }
}
