package tandem.bridge;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * User methods as call targets: method handles, which leave no frames in stack traces and cost less than reflection. What a
 * handle may not reach goes through reflection at each call, which then says why in the JDK's words.
 */
final class Methods {
  private static final MethodType VALUE = MethodType.methodType(Object.class, Object.class, Context.class);
  private static final MethodType STREAM =
      MethodType.methodType(void.class, InputStream.class, OutputStream.class, Context.class);

  private Methods() {}

  static ValueCall.Target value(Method method, Object receiver, boolean takesInput, boolean takesContext) {
    boolean[] taken = {takesInput, takesContext};
    MethodHandle handle = adapt(method, receiver, VALUE, taken);
    if (handle == null) {
      return (input, context) -> reflect(method, receiver, pick(taken, input, context));
    }
    if (!takesInput) {
      return (input, context) -> (Object) handle.invokeExact(input, context);
    }
    Class<?> type = method.getParameterTypes()[0];
    Class<?> boxed = MethodType.methodType(type).wrap().returnType();
    // What a package's own serializer made may be of any type: reflection converts it, or says that this cannot be.
    return (input, context) -> boxed.isInstance(input) || input == null && !type.isPrimitive()
        ? (Object) handle.invokeExact(input, context)
        : reflect(method, receiver, pick(taken, input, context));
  }

  static StreamCall.Target stream(
      Method method, Object receiver, boolean takesInput, boolean takesOutput, boolean takesContext) {
    boolean[] taken = {takesInput, takesOutput, takesContext};
    MethodHandle handle = adapt(method, receiver, STREAM, taken);
    if (handle == null) {
      return (input, output, context) -> reflect(method, receiver, pick(taken, input, output, context));
    }
    return (input, output, context) -> {
      handle.invokeExact(input, output, context);
    };
  }

  /** A handle of exactly {@code shape} that drops the arguments which the method does not take. */
  private static MethodHandle adapt(Method method, Object receiver, MethodType shape, boolean[] taken) {
    MethodHandle handle;
    try {
      handle = MethodHandles.publicLookup().unreflect(method);
    } catch (IllegalAccessException e) {
      return null;
    }
    if (handle.isVarargsCollector()) {
      handle = handle.asFixedArity();
    }
    if (receiver != null) {
      handle = handle.bindTo(receiver);
    }
    for (int i = 0; i < taken.length; i++) {
      if (!taken[i]) {
        handle = MethodHandles.dropArguments(handle, i, shape.parameterType(i));
      }
    }
    return handle.asType(shape);
  }

  private static Object[] pick(boolean[] taken, Object... arguments) {
    int count = 0;
    for (boolean take : taken) {
      count += take ? 1 : 0;
    }
    Object[] picked = new Object[count];
    for (int i = 0, next = 0; i < taken.length; i++) {
      if (taken[i]) {
        picked[next++] = arguments[i];
      }
    }
    return picked;
  }

  private static Object reflect(Method method, Object receiver, Object[] arguments) throws Throwable {
    try {
      return method.invoke(receiver, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
