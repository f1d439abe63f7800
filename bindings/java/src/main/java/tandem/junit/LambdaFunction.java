package tandem.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Of a test's parameter of the type TandemFunction: which of the template's functions it is. See {@link TandemExtension}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface LambdaFunction {
  /** Its logical ID, else its name; empty: the template's only one. */
  String value() default "";
}
