package tandem.bridge;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Chooses among the public methods of one name, and says on standard error why others were passed over (H-JAVA-27 to 40). */
final class MethodResolver {
  private static final Comparator<Method> RANK =
      Comparator.comparing(Method::isBridge).thenComparing(MethodResolver::weight, Comparator.reverseOrder());

  private final Function function;
  private final Class<?> type;

  MethodResolver(Function function, Class<?> type) {
    this.function = function;
    this.type = type;
  }

  Call resolve(String name) throws Fault {
    for (Method method : candidates(name)) {
      Call call = accept(method);
      if (call != null) {
        return call;
      }
    }
    throw Fault.of(
        "No public method named " + name + " with appropriate method signature found on class " + type.getName())
        .advise(NameHints.missingMethod(type, name));
  }

  private List<Method> candidates(String name) throws Fault {
    Method[] methods;
    try {
      methods = type.getMethods();
    } catch (NoClassDefFoundError e) {
      throw Fault.of("Error loading method " + name + " on class " + type.getName(), e);
    }
    if (methods.length == 0) {
      throw Fault.of("Class " + type.getName() + " has no public method named " + name)
          .advise(NameHints.missingMethod(type, name));
    }
    List<Method> named = new ArrayList<>();
    for (Method method : methods) {
      if (method.getName().equals(name)) {
        named.add(method);
      }
    }
    named.sort(RANK);
    return named;
  }

  /** The number of parameters, where a Context at the end counts one more (H-JAVA-29). */
  private static int weight(Method method) {
    Class<?>[] types = method.getParameterTypes();
    int count = types.length;
    return count > 0 && types[count - 1] == Context.class ? count + 1 : count;
  }

  /** The call for an acceptable method, otherwise null. */
  private Call accept(Method method) throws Fault {
    Type[] types = method.getGenericParameterTypes();
    switch (types.length) {
      case 0:
        return value(method, null, false);
      case 1:
        return one(method, types[0]);
      case 2:
        return two(method, types[0], types[1]);
      case 3:
        if (types[0] == InputStream.class && types[1] == OutputStream.class && types[2] == Context.class) {
          return stream(method, true, true, true);
        }
        return ignore("Ignoring three-argument overload because argument signature is not "
            + "(InputStream, OutputStream, Context)");
      default:
        return ignore("Ignoring an overload of method " + method.getName()
            + " because it has too many parameters: Expected at most 3, got " + types.length);
    }
  }

  private Call one(Method method, Type first) throws Fault {
    if (first == InputStream.class) {
      return stream(method, true, false, false);
    }
    if (first == OutputStream.class) {
      return stream(method, false, true, false);
    }
    return first == Context.class ? value(method, null, true) : value(method, first, false);
  }

  private Call two(Method method, Type first, Type second) throws Fault {
    if (first == OutputStream.class) {
      return second == Context.class
          ? stream(method, false, true, true)
          : ignore("Ignoring two-argument overload because first argument type is OutputStream and second argument "
              + "type is not Context");
    }
    if (first == Context.class) {
      return ignore("Ignoring two-argument overload because first argument type is Context");
    }
    if (first == InputStream.class) {
      if (second == OutputStream.class) {
        return stream(method, true, true, false);
      }
      return second == Context.class
          ? stream(method, true, false, true)
          : ignore("Ignoring two-argument overload because second parameter type, " + second.getTypeName()
              + ", is not OutputStream.");
    }
    return second == Context.class
        ? value(method, first, true)
        : ignore("Ignoring two-argument overload because second parameter type is not Context");
  }

  private static Call ignore(String why) {
    System.err.println(why);
    return null;
  }

  private Object receiver(Method method) throws Fault {
    return Modifier.isStatic(method.getModifiers()) ? null : HandlerResolver.instantiate(type);
  }

  private Call value(Method method, Type inputType, boolean takesContext) throws Fault {
    Type output = method.getGenericReturnType();
    ValueCall.Target target = Methods.value(method, receiver(method), inputType != null, takesContext);
    return new ValueCall(function.serializers, target, inputType, HandlerResolver.isVoid(output) ? null : output);
  }

  private Call stream(Method method, boolean takesInput, boolean takesOutput, boolean takesContext) throws Fault {
    if (method.getReturnType() != void.class) {
      System.err.println("Will ignore return type " + method.getReturnType() + " on byte stream handler");
    }
    StreamCall.Target target = Methods.stream(method, receiver(method), takesInput, takesOutput, takesContext);
    return new StreamCall(target, takesInput, takesOutput);
  }
}
