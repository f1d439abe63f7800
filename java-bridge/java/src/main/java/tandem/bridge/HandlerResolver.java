package tandem.bridge;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;

/** Turns a handler string into something that can be called (H-JAVA-01 to 25), running the class's init code. */
final class HandlerResolver {
  private static final String SEPARATOR = "::";

  private final Function function;

  HandlerResolver(Function function) {
    this.function = function;
  }

  /**
   * Resolves a handler string.
   *
   * @throws Fault if the function cannot be used, with the text that its invoker gets
   */
  Call resolve(String handler) throws Fault {
    int cut = handler.lastIndexOf(SEPARATOR);
    String className = cut < 0 ? handler : handler.substring(0, cut);
    String methodName = cut < 0 ? null : handler.substring(cut + SEPARATOR.length());
    if (className.isEmpty() || methodName != null && methodName.isEmpty()) {
      throw Fault.of("Invalid handler: `" + handler + "'");
    }
    Call call = call(load(className, methodName), methodName);
    if (call instanceof ValueCall) {
      loadCustomSerializer();
    }
    return call;
  }

  private Call call(Class<?> type, String methodName) throws Fault {
    if (methodName != null) {
      return new MethodResolver(function, type).resolve(methodName);
    }
    if (RequestStreamHandler.class.isAssignableFrom(type)) {
      RequestStreamHandler instance = (RequestStreamHandler) instantiate(type);
      return new StreamCall(instance::handleRequest, true, true);
    }
    if (RequestHandler.class.isAssignableFrom(type)) {
      return requestHandler(type);
    }
    throw Fault.of("Class does not implement an appropriate handler interface: " + type.getName())
        .advise(NameHints.methodNeeded(type));
  }

  private Class<?> load(String name, String methodName) throws Fault {
    try {
      return Class.forName(name, true, function.loader);
    } catch (ClassNotFoundException e) {
      throw Fault.of("Class not found: " + name, e).advise(new NameHints(function).missingClass(name, methodName));
    } catch (NoClassDefFoundError e) {
      throw Fault.of(loadText(name, e), e);
    } catch (Throwable e) {
      throw Fault.fatal(loadText(name, e), e);
    }
  }

  private static String loadText(String name, Throwable e) {
    String detail = null;
    try {
      detail = e.getMessage();
    } catch (Throwable hostile) { // the user's class overrides it
    }
    return "Error loading class " + name + (detail == null ? "" : ": " + detail);
  }

  private void loadCustomSerializer() throws Fault {
    try {
      function.serializers.loadCustom();
    } catch (Throwable e) {
      throw Fault.of(e);
    }
  }

  private Call requestHandler(Class<?> type) throws Fault {
    Type[] arguments = TypeArguments.of(type, RequestHandler.class);
    if (arguments == null) {
      throw Fault.of("Class " + type.getName() + " does not implement RequestHandler with concrete type parameters");
    }
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof TypeVariable) {
        arguments[i] = bound(type, (TypeVariable<?>) arguments[i]);
      }
    }
    @SuppressWarnings("unchecked")
    RequestHandler<Object, Object> instance = (RequestHandler<Object, Object>) instantiate(type);
    return new ValueCall(
        function.serializers, instance::handleRequest, arguments[0], isVoid(arguments[1]) ? null : arguments[1]);
  }

  private static Type bound(Class<?> type, TypeVariable<?> variable) throws Fault {
    Type[] bounds = variable.getBounds();
    if (bounds.length == 0 || bounds[0] == Object.class) {
      throw Fault.of("Class " + type.getName()
          + " does not implement RequestHandler with concrete type parameters: parameter " + variable
          + " has no upper bound.");
    }
    return bounds[0];
  }

  static boolean isVoid(Type type) {
    return type == void.class || type == Void.class;
  }

  /** Makes the one instance that serves all invocations (H-JAVA-19 to 24). */
  static Object instantiate(Class<?> type) throws Fault {
    Constructor<?> constructor;
    try {
      constructor = type.getConstructor();
    } catch (NoSuchMethodException e) {
      if (type.getEnclosingClass() != null && !Modifier.isStatic(type.getModifiers())) {
        throw Fault.of(new Exception(
            "Class " + type.getName() + " cannot be instantiated because it is a non-static inner class"));
      }
      throw Fault.of(new Exception("Class " + type.getName() + " has no public zero-argument constructor", e));
    } catch (Throwable e) {
      throw Fault.of(e);
    }
    try {
      return constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw Fault.fatal(e.getCause() == null ? e : e.getCause());
    } catch (Throwable e) {
      throw Fault.of(e);
    }
  }
}
