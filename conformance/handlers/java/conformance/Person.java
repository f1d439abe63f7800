package conformance;

/** A bean as people write them. */
public class Person {
  private String firstName;
  private String readOnly = "as made";
  private int age;

  public String getFirstName() {
    return firstName;
  }

  public void setFirstName(String firstName) {
    this.firstName = firstName;
  }

  public String getReadOnly() {
    return readOnly;
  }

  public int getAge() {
    return age;
  }

  public void setAge(int age) {
    this.age = age;
  }
}
