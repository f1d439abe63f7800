package tandem;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * An AWS SAM or CloudFormation template whose functions can be loaded. Each method returns one that differs in one thing;
 * {@link #at} is where to begin.
 */
public final class Template {
  final Path path;
  final Map<String, String> parameters;
  final String region;

  private Template(Path path, Map<String, String> parameters, String region) {
    this.path = Objects.requireNonNull(path, "path");
    this.parameters = Map.copyOf(parameters);
    this.region = Objects.requireNonNull(region, "region");
  }

  /**
   * The template in this file, YAML or JSON; its region is that of the variables AWS_REGION or AWS_DEFAULT_REGION, else
   * us-east-1.
   */
  public static Template at(Path path) {
    for (String name : new String[] {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
      String region = System.getenv(name);
      if (region != null && !region.isEmpty()) {
        return new Template(path, Map.of(), region);
      }
    }
    return new Template(path, Map.of(), "");
  }

  /** With a value for a parameter of the template's, instead of its default. */
  public Template parameter(String name, String value) {
    Map<String, String> all = new TreeMap<>(parameters);
    all.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
    return new Template(path, all, region);
  }

  /** With a value for AWS::Region. */
  public Template region(String name) {
    return new Template(path, parameters, name);
  }

  /** The template's file. */
  public Path path() {
    return path;
  }
}
