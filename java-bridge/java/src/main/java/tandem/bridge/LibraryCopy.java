package tandem.bridge;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;

/**
 * A function's own copy of what the serialization library adds to its JSON libraries. That keeps what it learned of classes
 * in statics: functions whose packages bring their own event classes cannot share it, and a closed function's classes would
 * stay.
 */
final class LibraryCopy extends ClassLoader {
  private static final String PREFIX = "com.amazonaws.services.lambda.runtime.serialization.";
  private static final String EVENTS = "com.amazonaws.services.";

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader classes;
  private final Method eventSerializer;
  private final Method gsonSerializer;
  private final Object gson;

  /** {@code classes}: where the function's event classes come from. */
  LibraryCopy(ClassLoader classes) throws ReflectiveOperationException {
    super(LibraryCopy.class.getClassLoader());
    this.classes = classes;
    eventSerializer = loadClass(LambdaEventSerializers.class.getName())
        .getMethod("serializerFor", Class.class, ClassLoader.class);
    Class<?> factory = loadClass(GsonFactory.class.getName());
    gsonSerializer = factory.getMethod("getSerializer", Type.class);
    gson = factory.getMethod("getInstance").invoke(null);
  }

  /** Whether the library treats a class in a way of its own (H-JAVA-77). */
  static boolean handles(String className) {
    return className.startsWith(EVENTS) && LambdaEventSerializers.isLambdaSupportedEvent(className);
  }

  PojoSerializer<Object> forEvent(Class<?> type) throws Throwable {
    return call(eventSerializer, null, type, classes);
  }

  PojoSerializer<Object> forAndroid(Type type) throws Throwable {
    return call(gsonSerializer, gson, type);
  }

  @SuppressWarnings("unchecked")
  private static PojoSerializer<Object> call(Method method, Object target, Object... arguments) throws Throwable {
    try {
      return (PojoSerializer<Object>) method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(PREFIX) || name.equals(PojoSerializer.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes.write(buffer, 0, n);
      }
      return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
