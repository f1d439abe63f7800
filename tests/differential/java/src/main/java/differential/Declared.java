package differential;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Classes that say what they return, and return what has come in, whatever that is. */
public class Declared {
  public abstract static class Echo<O> implements RequestHandler<Object, O> {
    @Override
    @SuppressWarnings("unchecked")
    public O handleRequest(Object in, Context context) {
      return (O) in;
    }
  }

  public static class AnyObject extends Echo<Object> {}

  public static class AText extends Echo<String> {}

  public static class AnyMap extends Echo<Map<String, Object>> {}

  public static class TextMap extends Echo<Map<String, String>> {}

  @SuppressWarnings("rawtypes")
  public static class RawMap extends Echo<Map> {}

  public static class MapOfLists extends Echo<Map<String, List<String>>> {}

  public static class AnyList extends Echo<List<Object>> {}

  public static class TextList extends Echo<List<String>> {}

  @SuppressWarnings("rawtypes")
  public static class RawList extends Echo<List> {}

  public static class ListOfMaps extends Echo<List<Map<String, Object>>> {}

  public static class Several extends Echo<Collection<String>> {}

  public static class AnInteger extends Echo<Integer> {}

  public static class ABoolean extends Echo<Boolean> {}
}
