package bench;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The handlers of the benchmark, and the loop that does their work inside the JVM. */
public class Handlers {
    /** What {@link #inside} is asked. */
    public static class Order {
        public String handler;
        public String payload;
        public int rounds;
    }

    public Map<String, String> w1(Map<String, String> event, Context context) {
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("message", "Hello " + event.get("first_name") + " " + event.get("last_name"));
        return answer;
    }

    public Object w2(Object event, Context context) {
        return event;
    }

    private interface Work {
        Object handle(Object event);
    }

    /** Parses, handles and prints {@code rounds} times; answers the nanoseconds that took and the last answer. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> inside(Order order) throws ReflectiveOperationException {
        boolean greeting = order.handler.equals("w1");
        Method method = greeting
                ? Handlers.class.getMethod("w1", Map.class, Context.class)
                : Handlers.class.getMethod("w2", Object.class, Context.class);
        Type type = method.getGenericParameterTypes()[0];
        PojoSerializer<Object> input = JacksonFactory.getInstance().getSerializer(type);
        PojoSerializer<Object> output = JacksonFactory.getInstance().getSerializer(method.getGenericReturnType());
        Work work = greeting ? event -> w1((Map<String, String>) event, null) : event -> w2(event, null);
        byte[] payload = order.payload.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length);
        long begin = System.nanoTime();
        for (int i = 0; i < order.rounds; i++) {
            bytes.reset();
            output.toJson(work.handle(input.fromJson(new ByteArrayInputStream(payload))), bytes);
        }
        long nanoseconds = System.nanoTime() - begin;
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("nanoseconds", nanoseconds);
        answer.put("answer", new String(bytes.toByteArray(), StandardCharsets.UTF_8));
        return answer;
    }
}
