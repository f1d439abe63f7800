package rules;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A bean whose annotations name it otherwise (J-84). */
public class Annotated {
  @JsonProperty("other")
  private String name;

  @JsonProperty("other")
  public String getName() {
    return name;
  }

  @JsonProperty("other")
  public void setName(String name) {
    this.name = name;
  }

  public static Annotated echo(Annotated in) {
    return in;
  }
}
