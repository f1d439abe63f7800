package com.fasterxml.jackson.annotation;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** A package's own copy of the JSON library's annotation (J-84). */
@Retention(RetentionPolicy.RUNTIME)
public @interface JsonProperty {
  /** The member's name. */
  String value();
}
