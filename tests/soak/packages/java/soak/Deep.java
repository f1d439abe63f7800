package soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Handlers without an end, and values without a bottom. */
public class Deep {
  public int recurse(int number) {
    return recurse(number + 1) + 1;
  }

  public int next(int number) {
    return number + 1;
  }

  /** How deep a list of lists is. */
  public int depth(List<Object> event) {
    int depth = 1;
    for (Object inside = event; !((List<?>) inside).isEmpty(); inside = ((List<?>) inside).get(0)) {
      ++depth;
    }
    return depth;
  }

  public List<Object> nest(int depth) {
    List<Object> nested = new ArrayList<>();
    for (int i = 1; i < depth; ++i) {
      nested = new ArrayList<>(Collections.singletonList(nested));
    }
    return nested;
  }
}
