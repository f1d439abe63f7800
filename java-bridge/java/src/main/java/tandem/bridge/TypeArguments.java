package tandem.bridge;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/** Finds the type arguments with which a class implements a generic interface (H-JAVA-14). */
final class TypeArguments {
  private TypeArguments() {}

  /** A class on the way up, with what its type parameters stand for. */
  private static final class Step {
    final Class<?> type;
    final Map<TypeVariable<?>, Type> bindings;

    Step(Class<?> type, Map<TypeVariable<?>, Type> bindings) {
      this.type = type;
      this.bindings = bindings;
    }
  }

  /**
   * Searches breadth-first, interfaces before the superclass.
   *
   * @return the arguments with variables substituted where they are known, or null when the interface is implemented raw
   */
  static Type[] of(Class<?> type, Class<?> target) {
    Queue<Step> queue = new ArrayDeque<>();
    queue.add(new Step(type, Collections.emptyMap()));
    while (!queue.isEmpty()) {
      Step step = queue.remove();
      for (Type parent : step.type.getGenericInterfaces()) {
        if (parent == target) {
          return null;
        }
        if (parent instanceof ParameterizedType && ((ParameterizedType) parent).getRawType() == target) {
          return substitute(((ParameterizedType) parent).getActualTypeArguments(), step.bindings);
        }
        queue.add(step(parent, step.bindings));
      }
      Type parent = step.type.getGenericSuperclass();
      if (parent != null && parent != Object.class) {
        queue.add(step(parent, step.bindings));
      }
    }
    return null;
  }

  private static Step step(Type parent, Map<TypeVariable<?>, Type> bindings) {
    if (parent instanceof Class) {
      return new Step((Class<?>) parent, Collections.emptyMap());
    }
    ParameterizedType generic = (ParameterizedType) parent;
    Class<?> raw = (Class<?>) generic.getRawType();
    TypeVariable<?>[] variables = raw.getTypeParameters();
    Type[] arguments = substitute(generic.getActualTypeArguments(), bindings);
    Map<TypeVariable<?>, Type> next = new HashMap<>();
    for (int i = 0; i < variables.length; i++) {
      next.put(variables[i], arguments[i]);
    }
    return new Step(raw, next);
  }

  private static Type[] substitute(Type[] arguments, Map<TypeVariable<?>, Type> bindings) {
    Type[] result = new Type[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      result[i] = substitute(arguments[i], bindings);
    }
    return result;
  }

  private static Type substitute(Type argument, Map<TypeVariable<?>, Type> bindings) {
    if (argument instanceof TypeVariable) {
      Type known = bindings.get(argument);
      return known == null ? argument : known;
    }
    if (argument instanceof ParameterizedType) {
      ParameterizedType generic = (ParameterizedType) argument;
      Type[] before = generic.getActualTypeArguments();
      Type[] after = substitute(before, bindings);
      return Arrays.equals(before, after) ? argument : new Bound(generic, after);
    }
    return argument;
  }

  /** A parameterized type whose variables have been replaced. */
  private static final class Bound implements ParameterizedType {
    private final ParameterizedType of;
    private final Type[] arguments;

    Bound(ParameterizedType of, Type[] arguments) {
      this.of = of;
      this.arguments = arguments;
    }

    @Override
    public Type[] getActualTypeArguments() {
      return arguments.clone();
    }

    @Override
    public Type getRawType() {
      return of.getRawType();
    }

    @Override
    public Type getOwnerType() {
      return of.getOwnerType();
    }
  }
}
