package tandem.bridge;

import java.util.Locale;

/** How near two names are, as far as typing errors go. */
final class Nearness {
  private Nearness() {}

  /** How far a name of this length may be from what was meant. */
  static int limit(String word) {
    return Math.max(word.length() < 4 ? 1 : 2, word.length() / 3);
  }

  /** Levenshtein's distance, where names that differ in case or in what separates their parts only are 0 apart. */
  static int between(String a, String b) {
    if (Math.abs(a.length() - b.length()) > Math.max(limit(a), 2)) {
      return Integer.MAX_VALUE;
    }
    return plain(a).equals(plain(b)) ? 0 : distance(a, b);
  }

  private static String plain(String name) {
    return name.replace('/', '.').replace('$', '.').toLowerCase(Locale.ROOT);
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, changed);
      }
    }
    return row[b.length()];
  }
}
