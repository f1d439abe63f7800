package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** H-JAVA-14 to 16: the type arguments with which a class implements an interface. */
class TypeArgumentsTest {
  interface Renamed<B, A> extends BiFunction<A, B, String> {}

  abstract static class Nested<T> implements Renamed<Integer, Map<String, T>> {}

  abstract static class Concrete extends Nested<Long> {}

  @SuppressWarnings("rawtypes")
  abstract static class Raw implements BiFunction {}

  abstract static class Open<T extends Number> implements BiFunction<T, List<T>, Void> {}

  @Test
  void substitutesVariablesOnTheWay() {
    Type[] found = TypeArguments.of(Concrete.class, BiFunction.class);
    ParameterizedType map = (ParameterizedType) found[0];
    assertEquals(Map.class, map.getRawType());
    assertArrayEquals(new Type[] {String.class, Long.class}, map.getActualTypeArguments());
    assertEquals(Integer.class, found[1]);
    assertEquals(String.class, found[2]);
  }

  @Test
  void rawImplementationHasNone() {
    assertNull(TypeArguments.of(Raw.class, BiFunction.class));
    assertNull(TypeArguments.of(String.class, BiFunction.class));
  }

  @Test
  void leavesVariablesThatNothingBinds() {
    Type[] found = TypeArguments.of(Open.class, BiFunction.class);
    assertTrue(found[0] instanceof TypeVariable);
    assertEquals(Number.class, ((TypeVariable<?>) found[0]).getBounds()[0]);
    assertEquals(Void.class, found[2]);
  }
}
