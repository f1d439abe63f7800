package tandem.bridge;

import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.JavaType;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.ObjectMapper;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.type.TypeFactory;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.util.LRUMap;
import com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.databind.util.LookupCache;
import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Type;
import java.util.Iterator;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One function's serializers. Each function has a mapper of its own, made from one that nothing else touches, so that
 * functions do not change each other's formats (H-JAVA-84) and a closed function's classes are not held.
 */
final class Serializers {
  /** How many values the library has read and written, and not the plain readers and writers: tests/differential counts them. */
  static int libraryReads;

  static int libraryWrites;

  private final ClassLoader loader;
  private final Map<Type, PojoSerializer<Object>> cache = new ConcurrentHashMap<>();
  private final Map<Type, PojoSerializer<Object>> android = new ConcurrentHashMap<>();
  private LibraryCopy library;
  private ObjectMapper mapper;
  private CustomPojoSerializer custom;

  Serializers(ClassLoader loader) {
    this.loader = loader;
  }

  /** Looks for a serializer that the package brings (H-JAVA-48); more than one are refused (H-JAVA-49). */
  void loadCustom() {
    Iterator<CustomPojoSerializer> found = ServiceLoader.load(CustomPojoSerializer.class, loader).iterator();
    if (!found.hasNext()) {
      return;
    }
    CustomPojoSerializer first = found.next();
    if (found.hasNext()) {
      throw new TooManyServiceProvidersFoundException(
          "Too many serializers provided inside the META-INF/services folder, only one is allowed");
    }
    custom = first;
  }

  PojoSerializer<Object> get(Type type) throws Throwable {
    PojoSerializer<Object> known = cache.get(type);
    if (known == null) {
      known = custom == null ? make(type) : new Custom(custom, type);
      cache.put(type, known);
    }
    return known;
  }

  /**
   * Loads what the first value of a type would load, so that it counts as init. What fails here fails again in that
   * invocation, whose error it is.
   *
   * @param type null where there is no value
   * @throws Fault where the package's version of an event class is not one that the library can treat
   */
  void prepare(Type type) throws Fault {
    if (type == null || custom != null) {
      return;
    }
    try {
      PojoSerializer<Object> made = get(type);
      if (made instanceof PlainSerializer && !((PlainSerializer) made).isForPlainValues()) {
        warm();
      }
    } catch (Throwable e) {
      cache.remove(type);
      if (isEvent(type) && !(e instanceof VirtualMachineError)) {
        throw Fault.of(e);
      }
    }
  }

  PojoSerializer<Object> getForAndroid(Type type) throws Throwable {
    if (custom != null || isEvent(type)) {
      return get(type);
    }
    PojoSerializer<Object> known = android.get(type);
    if (known == null) {
      known = library().forAndroid(type);
      android.put(type, known);
    }
    return known;
  }

  private static boolean isEvent(Type type) {
    return type instanceof Class && LibraryCopy.handles(((Class<?>) type).getName());
  }

  private PojoSerializer<Object> make(Type type) throws Throwable {
    return isEvent(type) ? library().forEvent((Class<?>) type) : new PlainSerializer(mapper(), type);
  }

  private synchronized LibraryCopy library() throws ReflectiveOperationException {
    if (library == null) {
      library = new LibraryCopy(loader);
    }
    return library;
  }

  private synchronized ObjectMapper mapper() {
    if (mapper == null) {
      mapper = Jackson.PRISTINE.withNamingStrategy(null).getMapper();
      LookupCache<Object, JavaType> types = new LRUMap<>(16, 200);
      mapper.setTypeFactory(mapper.getTypeFactory().withCache(types));
      Standby.loadsJson();
    }
    return mapper;
  }

  void close() {
    if (!cache.isEmpty()) {
      cache.clear();
      TypeFactory.defaultInstance().clearCache();
    }
  }

  /** Makes and warms the JSON library, on a plain type only. */
  static void warm() {
    Object value = Jackson.PRISTINE.getSerializer((Type) Object.class).fromJson("{\"a\":[1,\"b\",2.5,true,null]}");
    Jackson.PRISTINE.getSerializer((Type) Object.class).toJson(value, new ByteArrayOutputStream());
    Standby.loadsJson();
  }

  /** Loaded with the first function that marshals values. */
  private static final class Jackson {
    static final JacksonFactory PRISTINE = JacksonFactory.getInstance().withNamingStrategy(null);

    private Jackson() {}
  }

  /** The package's own serializer, bound to a type. */
  static final class Custom implements PojoSerializer<Object> {
    private final CustomPojoSerializer serializer;
    private final Type type;

    Custom(CustomPojoSerializer serializer, Type type) {
      this.serializer = serializer;
      this.type = type;
    }

    @Override
    public Object fromJson(InputStream input) {
      return serializer.fromJson(input, type);
    }

    @Override
    public Object fromJson(String input) {
      return serializer.fromJson(input, type);
    }

    @Override
    public void toJson(Object value, OutputStream output) {
      serializer.toJson(value, output, type);
    }
  }
}
